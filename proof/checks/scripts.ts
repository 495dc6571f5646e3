import { distance } from 'fastest-levenshtein';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import type { Program } from '../../model/program.ts';
import { only } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { listed } from '../listed.ts';
import { mountAt, mountsOf, trimmed, type Mount } from '../graph/files.ts';
import { declaredPorts } from '../graph/ports.ts';
import { closesCases, openHereDocument, pathsIn, scriptOf, shellVariables } from '../graph/shell.ts';
import { commandsOf, faultIn, programOf, rewording, type Command, probeCommandsOf } from './commands.ts';
import { when, type Check, type Subject } from './subject.ts';

/** A script may use only variables its container has: an unset one expands to nothing. */
export const scriptVariables: Check = (subject) =>
  commandsOf(subject).flatMap((command): Fault[] => {
    const script = scriptOf(command.words);
    if (!script) return [];
    const names = [...command.container.variables.keys()];
    const open = openHereDocument(script.text);
    return [
      ...[...new Set(shellVariables(script.text))]
        .filter(
          (name) =>
            !command.container.variables.has(name) && mustBeSet(subject, command, script.text, name, names),
        )
        .map((name) => {
          const near = nearest(name, names);
          return {
            ...faultIn(
              command,
              `The script of ${command.what} uses $${name}, which the container is not given.`,
              near ? `Write $${near}.` : `Set ${name}.`,
              script.index,
            ),
            ...(near !== undefined && onlyNearest(name, names) ? rewording(command, name, near) : {}),
          };
        }),
      ...when(!closesCases(script.text), () =>
        faultIn(
          command,
          `The script of ${command.what} has another number of "case … in" than of "esac".`,
          'End each case by esac.',
          script.index,
        ),
      ),
      ...(open === undefined
        ? []
        : [
            faultIn(
              command,
              `The script of ${command.what} never ends the text it starts with <<${open}.`,
              `Write ${open} on a line of its own.`,
              script.index,
            ),
          ]),
    ];
  });

/** Images set variables too, so only these are reported: required by `${X:?}`, known to the program, or a typo of a set one. */
const mustBeSet = (
  subject: Subject,
  { container }: Command,
  script: string,
  ...[name, names]: [name: string, names: readonly string[]]
): boolean =>
  script.includes(`\${${name}:?`) ||
  Object.hasOwn(programOf(subject, container)?.service.variables ?? {}, name) ||
  nearest(name, names) !== undefined;

/** A file named in a command must be one that is mounted, where a mount says what is in its folder. */
export const commandFiles: Check = (subject) =>
  commandsOf(subject).flatMap((command) => {
    const found = mountsOf(subject.graph, command.workload, command.container);
    return pathsIn(command.words.join(' ')).flatMap((path) =>
      isMade(command, path) ? unwritable(command, found, path) : pathFaults(subject, command, found, path),
    );
  });

/** A program may be told to read all files of a folder. */
const isAt = (file: string, path: string): boolean => file === path || file.startsWith(`${trimmed(path)}/`);

function pathFaults(subject: Subject, command: Command, found: readonly Mount[], path: string): Fault[] {
  const mount = mountAt(found, path);
  const files = (mount?.files ?? found.flatMap(({ files: mounted = [] }) => mounted)).map(
    (file) => file.path,
  );
  if (files.some((file) => isAt(file, path))) return [];
  const meant = meantPath(subject, command, files, path);
  if (mount?.files ?? (meant !== undefined && !mount))
    return [
      {
        ...faultIn(
          command,
          `${command.what} names ${path}, and no such file is mounted.`,
          `Write ${meant ?? files[0] ?? 'another path'}, or mount it.`,
        ),
        ...only(nearestOf(path, files), (file) => rewording(command, path, file)),
        code: 'FILE_MISSING',
        ...(mount ? { there: mount.place } : {}),
      },
    ];
  return [];
}

const nearestOf = (path: string, files: readonly string[]): string[] => {
  const near = onlyNearest(path, files);
  return near === undefined ? [] : [near];
};

/** The path that was probably meant: of a mounted file, or of one that comes with the image. */
const meantPath = (
  subject: Subject,
  command: Command,
  files: readonly string[],
  path: string,
): string | undefined =>
  nearest(path, files) ??
  files.find((file) => file.split('/').at(-1) === path.split('/').at(-1)) ??
  imagePath(programOf(subject, command.container), path);

/** Whether the command itself makes what is at a path. */
const isMade = ({ words }: Command, path: string): boolean =>
  new RegExp(
    `(\\b(cp|mv|ln|mkdir|touch|tee)\\b[^\\n;&|]*\\s|>\\s*)${path.replaceAll('.', '\\.')}\\s*($|[\\n;&|])`,
  ).test(words.join(' '));

/** A path that is written to, on a root that is read-only. */
function unwritable(command: Command, found: readonly Mount[], path: string): Fault[] {
  const readOnly = command.container.spec.securityContext.readOnlyRootFilesystem === true;
  const others = found.filter(({ writable }) => writable).map((one) => one.path);
  return when(readOnly && !mountAt(found, path) && !path.startsWith('/dev/'), () => ({
    ...faultIn(
      command,
      `${command.what} writes to ${path}, which is on no volume, and its root is read-only.`,
      `Mount a volume there, or write to one of ${listed(others) || 'none'}.`,
    ),
    code: 'PATH_NOT_WRITABLE',
  }));
}

/** The path of an image that a path is a slip away from. */
function imagePath(program: Program | undefined, path: string): string | undefined {
  const bare = path.replace(/\/\.?$/, '');
  const known = (program?.service.container.volumes ?? []).map((volume) => volume.path);
  return known.find(
    (right) =>
      right.split('/').length > 2 &&
      right !== bare &&
      !bare.startsWith(`${right}/`) &&
      distance(right, bare) <= 2,
  );
}

/** A probe's command must ask a port the container declares, and run a script that can fail. */
export const probeCommands: Check = (subject) =>
  probeCommandsOf(subject).flatMap((command): Fault[] => {
    const text = command.words.join(' ');
    const numbers = declaredPorts(command.workload).map(({ number }) => number);
    const asked = [...text.matchAll(/\s(?:-p|--port)[ =]?(\d+)/g)].map(([, port]) => Number(port));
    return [
      ...asked
        .filter((port) => numbers.length > 0 && !numbers.includes(port))
        .map((port) => ({
          ...faultIn(
            command,
            `${command.what} asks port ${port}; the container declares ${listed(numbers)}.`,
            `Ask ${numbers[0] ?? ''}.`,
          ),
          ...only(numbers, (number) => rewording(command, String(port), String(number))),
          code: 'PROBE_PORT' as const,
        })),
      ...when(hasOpenTest(text), () =>
        faultIn(
          command,
          `${command.what} begins a test with [ and does not end it with ].`,
          'Write a space and ] at its end.',
        ),
      ),
      ...when(/^\s*(-\w+)?\s*$/.test(scriptOf(command.words)?.text ?? 'none'), () =>
        faultIn(
          command,
          `${command.what} runs an empty script: it succeeds whatever happens.`,
          'Write what is to be asked.',
        ),
      ),
    ];
  });

const hasOpenTest = (text: string): boolean => /(^|\s)\[\s/.test(text) && !/\s\](\s|;|&|\||$)/.test(text);
