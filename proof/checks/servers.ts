import type { Server } from '../../model/pack.ts';
import { expandedWords, wordsOf } from '../graph/command-words.ts';

import { scriptOf } from '../graph/shell.ts';
import { simpleCommands } from '../graph/simple-commands.ts';
import type { Container } from '../graph/workloads.ts';

/** A server that a command starts. */
export interface StartedServer {
  readonly name: string;
  readonly server: Server;
  /** From the server on. */
  readonly words: readonly string[];
}

/** The server that a container's command or script starts, behind wrappers such as `exec`, `python -m`, `poetry run`. */
export function serverOf(container: Container, servers: readonly Server[]): StartedServer | undefined {
  return commandsOf(container)
    .flatMap((words): StartedServer[] => {
      if (/^(echo|printf)$/.test(words[0] ?? '')) return [];
      const at = words.findIndex((word) => serverCalled(servers, word) !== undefined);
      const server = serverCalled(servers, words[at]);
      return server ? [{ name: programIn(words[at]), server, words: words.slice(at) }] : [];
    })
    .at(-1);
}

const programIn = (word = ''): string => word.split('/').at(-1) ?? '';

const serverCalled = (servers: readonly Server[], word: string | undefined): Server | undefined =>
  servers.find(({ names }) => names.includes(programIn(word)));

/** The commands of a script, or the command itself, with what the environment holds for `$(X)` and a shell's `$X`. */
function commandsOf(container: Container): readonly (readonly string[])[] {
  const script = scriptOf(wordsOf(container));
  const variables = new Map(
    container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
  if (script) return simpleCommands(script.text, variables).map((command) => command.words);
  return [expandedWords(container, (name) => variables.get(name))];
}

/** The value of the last of some options: `--port 80`, `--port=80`. */
export function valueOf(words: readonly string[], options: readonly string[]): string | undefined {
  const found = words.flatMap((word, index) => {
    const [option = '', value] = word.split(/=(.*)/);
    return options.includes(option) ? [value ?? words[index + 1] ?? ''] : [];
  });
  return found.at(-1);
}
