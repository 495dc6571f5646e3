import { distance } from 'fastest-levenshtein';
import { nearest } from '../../contract/nearest.ts';
import { repositoryOf, type Program } from '../../contract/programs.ts';
import type { Fault } from '../findings.ts';
import { mountAt, mountsOf } from '../graph/files.ts';
import { declaredPorts } from '../graph/ports.ts';
import { isShell, openHereDocument, pathsIn, programsIn, scriptOf, shellVariables } from '../graph/words.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Path } from '../source.ts';
import { probesOf } from './probes.ts';
import { containerCalled, inContainer, type Check, type Subject } from './subject.ts';

/** A command of a container: its own, or a probe's. */
interface Command {
  readonly workload: Workload;
  readonly container: Container;
  readonly words: readonly string[];
  readonly path: Path;
  readonly what: string;
}

function commandsOf(subject: Subject): Command[] {
  const own = subject.graph.workloads.flatMap((workload) =>
    workload.containers.map((container): Command => ({
      workload,
      container,
      words: [...container.spec.command, ...container.spec.args],
      path: [container.spec.command.length > 0 ? 'command' : 'args'],
      what: containerCalled(workload, container),
    })),
  );
  const probes = probesOf(subject).flatMap(({ workload, container, field, probe }): Command[] =>
    probe.exec
      ? [
          {
            workload,
            container,
            words: probe.exec.command,
            path: [field, 'exec', 'command'],
            what: `The ${field} of ${containerCalled(workload, container)}`,
          },
        ]
      : [],
  );
  return [...own, ...probes].filter(({ words }) => words.length > 0);
}

const faultIn = ({ container, path }: Command, message: string, fix: string, index?: number): Fault => ({
  code: 'COMMAND',
  message,
  here: inContainer(container, ...path, ...(index === undefined ? [] : [index])),
  fix,
});

const shellNames = ['sh', 'bash', '/bin/sh', '/bin/bash'];
const builtIns = [
  ...[
    'exec',
    'echo',
    'cp',
    'mv',
    'rm',
    'ls',
    'cat',
    'mkdir',
    'chown',
    'chmod',
    'ln',
    'touch',
    'sleep',
    'test',
    'true',
    'false',
  ],
  ...[
    'set',
    'export',
    'exit',
    'cd',
    'sed',
    'grep',
    'awk',
    'date',
    'wait',
    'trap',
    'ulimit',
    'until',
    'while',
    'done',
    'then',
    'else',
  ],
];

/** What a command starts must be something that is there, as far as that is known. */
export const executables: Check = (subject) =>
  commandsOf(subject).flatMap((command): Fault[] => {
    const program = programOf(subject, command.container);
    const known = [...shellNames, ...builtIns, ...(program?.facts.executables ?? [])];
    const script = scriptOf(command.words);
    const [first = '', flag] = command.words;
    const byEntrypoint = command.path[0] === 'args';
    const started = byEntrypoint ? [] : [first, ...(script ? programsIn(script.text) : [])];
    const unknown = started.flatMap((word) => {
      const name = word.replace(/^\.\//, '').replace(/^(\/usr(\/local)?)?\/s?bin\//, '');
      const near = known.includes(word) || known.includes(name) ? undefined : nearest(name, known);
      return near && near !== name ? [{ word, near }] : [];
    });
    return [
      ...unknown
        .slice(0, 1)
        .map(({ word, near }) =>
          faultIn(
            command,
            `${command.what} starts "${word}", which is probably not there.`,
            `Did you mean ${near}?`,
          ),
        ),
      ...(byEntrypoint ? entrypointFaults(command, program) : startFaults(command, script, flag)),
      ...(program && /^\.{0,2}\//.test(first) && first.startsWith('.') ? folderFaults(command, program) : []),
    ];
  });

/** A command that is no command, or a shell that is given nothing it could run. */
function startFaults(
  command: Command,
  script: ReturnType<typeof scriptOf>,
  flag: string | undefined,
): Fault[] {
  const [first = ''] = command.words;
  const wrong = /\s|^-/.test(first)
    ? `starts "${first.split('\n')[0] ?? ''}", which is the name of no program`
    : !isShell(first)
      ? undefined
      : flag === undefined || isShell(script?.text.trim() ?? '')
        ? 'starts a shell that is given nothing to run'
        : !script && (flag.startsWith('-') || command.words.slice(1).some((word) => /\s/.test(word)))
          ? `starts a shell with "${flag.split('\n')[0] ?? ''}" and no -c, so it runs no script`
          : undefined;
  return wrong
    ? [
        faultIn(
          command,
          `${command.what} ${wrong}.`,
          'Write a shell, -c and the script, or the program and its arguments.',
          0,
        ),
      ]
    : [];
}

/** What an image's entrypoint is given: options, a file, or one of its own programs. */
function entrypointFaults(command: Command, program: Program | undefined): Fault[] {
  const [first = ''] = command.words;
  const fine =
    !program || /^-|\/|\.conf$/.test(first) || isShell(first) || program.facts.executables.includes(first);
  return fine
    ? []
    : [
        faultIn(
          command,
          `${command.what} gives its image's entrypoint "${first}", which is none of ${program.facts.executables.join(', ')}.`,
          `Write ${nearest(first, program.facts.executables) ?? program.facts.executables[0] ?? ''}.`,
          0,
        ),
      ];
}

/** `./qdrant` is looked for in the working directory. */
function folderFaults({ container, what }: Command, { service }: Program): Fault[] {
  const [right, chosen] = [service.container.workingDir, container.spec.workingDir];
  return right === undefined || chosen === undefined || chosen === right
    ? []
    : [
        {
          code: 'COMMAND',
          message: `${what} starts a program of its working directory, which is ${chosen}; in this image it is in ${right}.`,
          here: inContainer(container, 'workingDir'),
          fix: `Write workingDir: ${right}.`,
        },
      ];
}

/** The program of a container, or of the image an init step shares with it. */
const programOf = (subject: Subject, container: Container): Program | undefined =>
  subject.known.find((one) => one.container === container)?.program ??
  subject.programs.find(({ facts }) => facts.image === repositoryOf(container.spec.image ?? ''));

/** A script may only use variables its container has: an unset one is the empty text. */
export const scriptVariables: Check = (subject) =>
  commandsOf(subject).flatMap((command): Fault[] => {
    const script = scriptOf(command.words);
    if (!script) return [];
    const names = command.container.env.map(({ name }) => name);
    const open = openHereDocument(script.text);
    return [
      ...[...new Set(shellVariables(script.text))]
        .filter((name) => !names.includes(name) && mustBeSet(subject, command, script.text, name))
        .map((name) => {
          const near = nearest(name, names);
          return faultIn(
            command,
            `The script of ${command.what} uses $${name}, which the container is not given.`,
            near ? `Write $${near}.` : `Set ${name}.`,
            script.index,
          );
        }),
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

/** Images set variables too: only what is demanded, known to the program, or a slip away from one that is set. */
const mustBeSet = (subject: Subject, { container }: Command, script: string, name: string): boolean =>
  script.includes(`\${${name}:?`) ||
  Object.hasOwn(programOf(subject, container)?.service.variables ?? {}, name) ||
  nearest(
    name,
    container.env.map((entry) => entry.name),
  ) !== undefined;

/** A file named in a command must be one that is mounted, where a mount says what is in its folder. */
export const commandFiles: Check = (subject) =>
  commandsOf(subject).flatMap((command): Fault[] => {
    const found = mountsOf(subject.graph, command.workload, command.container);
    const readOnly = command.container.spec.securityContext.readOnlyRootFilesystem === true;
    return pathsIn(command.words.join(' ')).flatMap((path): Fault[] => {
      const mount = mountAt(found, path);
      const files = mount?.files ?? found.flatMap(({ files: mounted = [] }) => mounted);
      const near = nearest(
        path,
        files.map((file) => file.path),
      );
      const namesake = files.find((file) => file.path.split('/').at(-1) === path.split('/').at(-1))?.path;
      const image = imagePath(programOf(subject, command.container), path);
      if (files.some((file) => file.path === path)) return [];
      if (mount?.files || ((near ?? namesake ?? image) && !mount)) {
        const like = near ?? namesake ?? image ?? files[0]?.path;
        return [
          {
            ...faultIn(
              command,
              `${command.what} names ${path}, and no such file is mounted.`,
              like ? `Write ${like}.` : 'Mount it.',
            ),
            code: 'FILE_MISSING',
            ...(mount ? { there: mount.place } : {}),
          },
        ];
      }
      const written = new RegExp(
        `\\b(cp|mv|mkdir|touch|tee)\\b[^\\n;&|]*\\s${path.replaceAll('.', '\\.')}\\s*($|[\\n;&|])`,
      ).test(command.words.join(' '));
      return written && readOnly && !mount
        ? [
            {
              ...faultIn(
                command,
                `${command.what} writes to ${path}, which is on no volume, and its root is read-only.`,
                `Mount a volume there${
                  found.length > 0
                    ? `, or write to one of ${found
                        .filter(({ writable }) => writable)
                        .map((one) => one.path)
                        .join(', ')}`
                    : ''
                }.`,
              ),
              code: 'PATH_NOT_WRITABLE',
            },
          ]
        : [];
    });
  });

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

/** `redis-cli -p 6379 ping` asks a port and exits 0 even when it is answered NOAUTH. */
export const probeCommands: Check = (subject) =>
  commandsOf(subject)
    .filter(({ path }) => path.length > 1)
    .flatMap((command): Fault[] => {
      const text = command.words.join(' ');
      const numbers = declaredPorts(command.workload).map(({ number }) => number);
      const asked = [...text.matchAll(/\s(?:-p|--port)[ =]?(\d+)/g)].map(([, port]) => Number(port));
      const ping = /\bredis-cli\b.*\bping\b/s.test(text);
      return [
        ...asked
          .filter((port) => numbers.length > 0 && !numbers.includes(port))
          .map((port) => ({
            ...faultIn(
              command,
              `${command.what} asks port ${port}; the container declares ${numbers.join(', ')}.`,
              `Ask ${numbers[0] ?? ''}.`,
            ),
            code: 'PROBE_PORT' as const,
          })),
        ...[...text.matchAll(/\bredis-cli((?:\s+-\S+(?:\s+\d+)?)*)/g)]
          .flatMap(([, flags = '']) => flags.match(/-[-\w]+/g) ?? [])
          .filter((flag) => !flag.startsWith('--') && !/^-[hpsaurinxXdDcet23]$/.test(flag))
          .map((flag) =>
            faultIn(
              command,
              `${command.what} gives redis-cli "${flag}", which it does not know.`,
              'Write -p and the port.',
            ),
          ),
        ...(/\bredis-cli\b/.test(text) && !ping
          ? [
              faultIn(
                command,
                `${command.what} asks redis-cli for something other than ping.`,
                'Write redis-cli ping.',
              ),
            ]
          : []),
        ...(ping && !/=\s*"?PONG"?(?!\w)/.test(text) && /\[/.test(text)
          ? [
              faultIn(
                command,
                `${command.what} compares what redis-cli ping says with something other than PONG, so it always fails.`,
                'Compare with PONG.',
              ),
            ]
          : []),
      ];
    });
