import type { Program } from '../../model/program.ts';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import { repositoryOf } from '../../model/image-repository.ts';
import { only, replacing, setting, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { wordsOf } from '../graph/command-words.ts';
import { mountsOf } from '../graph/files.ts';
import { isOption, isScriptFlag, isShell, programsIn, scriptOf } from '../graph/shell.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Path } from '../source.ts';
import { probesOf } from './written-probes.ts';
import { containerCalled, inContainer, when, type Check, type Subject } from './subject.ts';

/** A command of a container: its own, or a probe's. */
export interface Command {
  readonly workload: Workload;
  readonly container: Container;
  readonly words: readonly string[];
  readonly path: Path;
  readonly what: string;
}

export function commandsOf(subject: Subject): Command[] {
  const own = subject.graph.workloads.flatMap((workload) =>
    workload.containers.map((container): Command => ({
      workload,
      container,
      words: wordsOf(container),
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

/** The commands of the probes alone. */
export const probeCommandsOf = (subject: Subject): Command[] =>
  commandsOf(subject).filter(({ path }) => path.length > 1);

/** Writes a word of a command, or a part of one, anew; nothing where it is there twice. */
export function rewording({ container, words, path }: Command, from: string, to: string): Mended {
  const { command } = container.spec;
  const holding = words.flatMap((word, index) => (word.includes(from) ? [index] : []));
  return only(holding, (index) => {
    // The words of a container are its command and then its arguments.
    const isArgument = path.length === 1 && command.length > 0 && index >= command.length;
    const at = isArgument ? ['args', index - command.length] : [...path, index];
    return replacing(inContainer(container, ...at), from, to);
  });
}

export const faultIn = (
  { container, path }: Command,
  message: string,
  fix: string,
  index?: number,
): Fault => ({
  code: 'COMMAND',
  message,
  here: inContainer(container, ...path, ...(index === undefined ? [] : [index])),
  fix,
});

/** What an image can execute, as far as that is known. */
type Executables = NonNullable<Program['facts']['executables']>;

/** A command must start a program that exists in its image, as far as that is known. */
export const executables: Check = (subject) =>
  commandsOf(subject).flatMap((command) => {
    const program = programOf(subject, command.container);
    const own = program?.facts.executables;
    if (command.path[0] === 'args') return entrypointFaults(command, own);
    return [
      ...startFaults(command, scriptOf(command.words), command.words[1]),
      ...(own && startsAWord(command) ? nameFaults(subject, command, own) : []),
      ...(own ? idleScript(subject, command, own) : []),
      ...(program && command.words[0]?.startsWith('.') ? folderFaults(command, program) : []),
    ];
  });

const startsAWord = ({ words: [first = ''] }: Command): boolean => first !== '' && !/\s|^-/.test(first);

const bare = (word: string): string => word.replace(/^\.\//, '').replace(/^(\/usr(\/local)?)?\/s?bin\//, '');

/** A slip in the name of one of its programs, where the image is known; of other programs nothing is known. */
function nameFaults(subject: Subject, command: Command, own: Executables): Fault[] {
  const script = scriptOf(command.words);
  const [first = ''] = command.words;
  const word = [first, ...(script ? programsIn(script.text) : [])].find(
    (name) => isSlip(bare(name), own.map(bare)) && !mountedFiles(subject, command).includes(name),
  );
  const noShell = isScriptFlag(command.words[1] ?? '') && !isShell(first) && !own.includes(first);
  if (word === undefined && !noShell) return [];
  const [started, meant = 'sh'] = word === undefined ? [first] : [word, nearest(bare(word), own.map(bare))];
  return [
    {
      ...faultIn(
        command,
        `${command.what} starts "${started}", which is not in its image.`,
        `Did you mean ${meant}?`,
      ),
      ...(word !== undefined && onlyNearest(bare(word), own.map(bare))
        ? rewording(command, bare(word), meant)
        : {}),
    },
  ];
}

/** Short names of programs are a letter apart: `cp` and `cat`. */
const shortestSlip = 5;

const isSlip = (word: string, own: readonly string[]): boolean =>
  word.length >= shortestSlip && !own.includes(word) && nearest(word, own) !== undefined;

const mountedFiles = ({ graph }: Subject, { workload, container }: Command): string[] =>
  mountsOf(graph, workload, container).flatMap(({ files = [] }) => files.map(({ path }) => path));

/** The script of a known program's container that starts neither the program nor a file that might. */
function idleScript(subject: Subject, command: Command, executables: Executables): Fault[] {
  const script = scriptOf(command.words);
  const files = mountedFiles(subject, command).map((path) => path.split('/').at(-1) ?? path);
  const started = [...executables, ...files].some((word) => script?.text.includes(word));
  const isOwn = !command.container.init && command.path.length === 1;
  return when(script && isOwn && !started, () =>
    faultIn(
      command,
      `${command.what} runs a script that starts none of ${executables.join(', ')}.`,
      'Start the program in it.',
      script?.index,
    ),
  );
}

/** A first word that is no program's name, or a shell without a script. */
function startFaults(
  command: Command,
  script: ReturnType<typeof scriptOf>,
  flag: string | undefined,
): Fault[] {
  const [first = ''] = command.words;
  const fix = 'Write a shell, -c and the script, or the program and its arguments.';
  const fault = (wrong: string): Fault[] => [faultIn(command, `${command.what} ${wrong}.`, fix, 0)];
  if (first === '' || /\s|^-/.test(first))
    return fault(`starts "${firstLine(first)}", which is the name of no program`);
  if (!isShell(first)) return [];
  if (flag === undefined || isShell(script?.text.trim() ?? ''))
    return endsAtOnce(command) ? fault('starts a shell that is given nothing to run') : [];
  return !script && looksLikeScript(command.words.slice(1))
    ? fault(`starts a shell with "${firstLine(flag)}" and no -c, so it runs no script`)
    : [];
}

/**
 * Behind its options a shell takes a script's file, which is no text with spaces, and arguments, which are neither lines
 * nor `-c` and a text.
 */
function looksLikeScript(words: readonly string[]): boolean {
  const file = words.find((word, index) => !isOption(word, words[index - 1]));
  return !file || /\s/.test(file) || words.some(isText);
}

const isText = (word: string, at: number, words: readonly string[]): boolean =>
  word.includes('\n') || (isScriptFlag(words[at - 1] ?? '') && /\s/.test(word));

/** A shell without a script reads its input: an init step may end so, and a container with a terminal waits. */
const endsAtOnce = ({ container: { init, spec }, path }: Command): boolean =>
  path.length > 1 || !(init || spec['stdin'] === true || spec['tty'] === true);

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

/** The arguments of an image's entrypoint: options, a file, or one of its own programs. */
function entrypointFaults(command: Command, own: Executables | undefined): Fault[] {
  const [first = ''] = command.words;
  const fine = !own || /^-|\/|\.conf$/.test(first) || isShell(first) || own.includes(first);
  return fine
    ? []
    : [
        faultIn(
          command,
          `${command.what} gives its image's entrypoint "${first}", which is none of ${own.join(', ')}.`,
          `Write ${nearest(first, own) ?? own[0] ?? ''}.`,
          0,
        ),
      ];
}

/** `./server` is looked for in the working directory. */
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
          ...setting(inContainer(container, 'workingDir'), right),
        },
      ];
}

/** The program of a container, or of the image an init step shares with it. */
export const programOf = (subject: Subject, container: Container): Program | undefined =>
  subject.knownIn(container)?.program ??
  subject.programs.find(({ facts }) => facts.image === repositoryOf(container.spec.image ?? ''));
