import type { Server } from '../../model/pack.ts';
import { commandsIn } from '../graph/command-words.ts';
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
  return commandsIn(container)
    .flatMap((words): StartedServer[] => {
      if (/^(echo|printf)$/.test(words[0] ?? '')) return [];
      const isCommand = (at: number): boolean => at === 0 && container.spec.command.length > 0;
      const at = words.findIndex((word, index) => {
        const server = serverCalled(servers, word);
        return server && (!server.behind || isCommand(index) || server.behind.test(words[index - 1] ?? ''));
      });
      const server = serverCalled(servers, words[at]);
      const [first = '', ...own] = words.slice(Math.max(at, 0));
      const more = container.variables.get(server?.options ?? '')?.value?.split(/\s+/) ?? [];
      return server ? [{ name: programIn(first), server, words: [first, ...more, ...own] }] : [];
    })
    .at(-1);
}

const programIn = (word = ''): string => word.split('/').at(-1) ?? '';

const serverCalled = (servers: readonly Server[], word: string | undefined): Server | undefined =>
  servers.find(({ names }) => names.includes(programIn(word)));

/** The value of the last of some options: `--port 80`, `--port=80`, `-p80`. */
export function valueOf(words: readonly string[], options: readonly string[]): string | undefined {
  const found = words.flatMap((word, index) => {
    const [option = '', value] = /^-\w[^=]/.test(word)
      ? [word.slice(0, 2), word.slice(2)]
      : word.split(/=(.*)/);
    return options.includes(option) ? [value ?? words[index + 1] ?? ''] : [];
  });
  return found.at(-1);
}
