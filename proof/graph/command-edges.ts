import type { Place } from '../source.ts';
import { calledIn, type Called } from './clients.ts';
import { expandedWords, wordsOf } from './command-words.ts';
import { dialAt, type Dial, type DialPart } from './dial.ts';
import { mountsOf, type MountedFile } from './files.ts';
import type { Graph } from './graph.ts';
import type { KnownPrograms } from './images.ts';
import { isShell, scriptOf } from './shell.ts';
import { simpleCommands } from './simple-commands.ts';
import type { Container, Workload } from './workloads.ts';

/** The connections that a container's command, its script or a script it starts from a mount will open. */
export function commandDials(
  graph: Graph,
  workload: Workload,
  container: Container,
  { clients, usual }: KnownPrograms,
): Dial[] {
  const dial = (found: Called, placeOf: (word: number) => Place, where: string): Dial => {
    const { loose, bare, portAt, beside = {} } = found;
    const part = ({ by, word }: Pick<Called, 'by' | 'word'>): DialPart => ({
      ...{ variable: by, text: '', unset: false, place: placeOf(word), in: where },
    });
    return {
      login: Object.fromEntries(
        Object.entries(beside).map(([key, { name, value, word }]) => [
          key,
          { ...part({ by: name, word }), text: value },
        ]),
      ),
      ...dialAt(workload, container, found, portAt ? { host: part(found), port: part(portAt) } : part(found)),
      known: loose ? 'guessed' : 'read',
      ...(loose && bare ? { bare } : {}),
    };
  };
  const variables = new Map(
    container.env.flatMap(({ name, value, secret }): [string, string][] =>
      value === undefined || secret ? [] : [[name, value]],
    ),
  );
  const inScript = ({ text, place, where }: Written): Dial[] =>
    simpleCommands(text, variables).flatMap(({ words, line }) =>
      calledIn(words, clients, usual).map((called) =>
        dial(called, () => ({ doc: place.doc, path: [...place.path, line] }), where),
      ),
    );
  const script = scriptIn(container);
  const files = startedFiles(graph, workload, container).flatMap(inScript);
  if (script) return [...inScript(script), ...files];
  const words = expandedWords(container, (name) => variables.get(name));
  const plain = calledIn(words, clients, usual).map((called) =>
    dial(called, (word) => placeOfWord(container, word), 'the arguments'),
  );
  return [...plain, ...files];
}

interface Written {
  readonly text: string;
  readonly place: Place;
  readonly where: string;
}

/** The script that a container is started with. */
export function scriptIn(container: Container): Written | undefined {
  const script = scriptOf(wordsOf(container));
  return script && { ...script, place: placeOfWord(container, script.index), where: 'the script' };
}

/** Where the word of a position in command and arguments is written. */
function placeOfWord({ spec, place }: Container, word: number): Place {
  const inCommand = word < spec.command.length;
  const path = inCommand ? ['command', word] : ['args', word - spec.command.length];
  return { doc: place.doc, path: [...place.path, ...path] };
}

/** The mounted files that a command starts: by their path, or by a shell that is given it. */
function startedFiles(graph: Graph, workload: Workload, container: Container): Written[] {
  const [first = '', second = ''] = wordsOf(container);
  const started = isShell(first) ? second : first;
  const isStarted = ({ path, text }: MountedFile): boolean => path === started && text !== undefined;
  return mountsOf(graph, workload, container)
    .flatMap(({ files = [] }) => files)
    .filter(isStarted)
    .map(({ path, text = '', place }) => ({ text, place, where: path }));
}
