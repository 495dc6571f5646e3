import { scriptOf } from './shell.ts';
import { simpleCommands } from './simple-commands.ts';
import type { Container } from './workloads.ts';

/** The words a container is started with, as they are written. */
export const wordsOf = ({ spec }: Pick<Container, 'spec'>): string[] => [...spec.command, ...spec.args];

/** The same with what Kubernetes puts in the place of `$(NAME)`; a shell's `$NAME` it leaves as it is. */
export const expandedWords = (
  container: Pick<Container, 'spec'>,
  valueOf: (name: string) => string | undefined,
): string[] =>
  wordsOf(container).map((word) =>
    word.replaceAll(/\$\(([-._A-Za-z0-9]+)\)/g, (whole, name: string) => valueOf(name) ?? whole),
  );

/** The commands of a script, or the command itself, with what the environment holds for `$(X)` and a shell's `$X`. */
export function commandsIn(container: Pick<Container, 'spec' | 'env'>): readonly (readonly string[])[] {
  const words = wordsOf(container);
  const script = scriptOf(words);
  const variables = new Map(
    container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
  if (script) return simpleCommands(script.text, variables).map((command) => command.words);
  return words.length === 0 ? [] : [expandedWords(container, (name) => variables.get(name))];
}

/** Whether a text has a number by itself, as `:9093` has 9093 and not 909. */
export const hasNumber = (text: string, number: number | string): boolean =>
  new RegExp(`(?<!\\d)${number}(?!\\d)`).test(text);
