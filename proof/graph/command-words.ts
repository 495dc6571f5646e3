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
