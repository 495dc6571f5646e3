import { StackError } from '../model/define-stack.ts';
import type { Kinds } from '../model/kinds.ts';
import { readOperatorEnv } from './env.ts';
import { runOperator } from './run.ts';

/**
 * The whole program of an operator of some kinds: what its Deployment sets in the environment, until SIGTERM or SIGINT.
 * A program of kinds of your own calls it as `main.ts` does (docs/own-kind.md).
 */
export async function serveOperator(kinds: Kinds): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  await runOperator({ kinds: kindsOfDocuments(kinds), env: readOperatorEnv() }, stopping.signal);
}

/** @throws StackError for a stack in code: nobody could apply a document of it. */
function kindsOfDocuments(kinds: Kinds): Kinds {
  const inCode = kinds.find(({ writtenIn }) => writtenIn !== undefined);
  if (inCode === undefined) return kinds;
  const message =
    'it defines a stack, and an operator keeps documents: define a kind (defineKind) in its place.';
  throw new StackError(inCode.writtenIn ?? inCode.kind, [{ message }]);
}
