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
  await runOperator({ kinds, env: readOperatorEnv() }, stopping.signal);
}
