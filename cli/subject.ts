import { nearest } from '../model/nearest.ts';
import type { StackKind } from '../model/stack-kind.ts';
import type { Stack } from '../model/stack.ts';
import { CommandError } from './errors.ts';

/** A stack, and the kind it is of. */
export interface Subject {
  readonly kind: StackKind;
  readonly stack: Stack;
}

/** The one of `services` that is called `asked`. @throws CommandError NO_SUCH_NAME with the nearest. */
export function serviceNamed<S extends { readonly name: string }>(
  stack: Stack,
  services: readonly S[],
  asked: string,
): S {
  const found = services.find(({ name }) => name === asked);
  if (found) return found;
  const known = services.map(({ name }) => name);
  const near = nearest(asked, known);
  throw new CommandError(
    'NO_SUCH_NAME',
    `Stack "${stack.name}" runs no service "${asked}"; it runs ${known.join(', ')}.${near ? ` Did you mean ${near}?` : ''}`,
  );
}
