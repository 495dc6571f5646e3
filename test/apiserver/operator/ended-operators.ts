import { expect } from 'vitest';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { differences } from './differences.ts';
import { chatStackIn, newNamespace, startOperator, until, userOf, type Intercept } from './lab.ts';

/** At which writes an operator ends: the first, and every nth after it. 1: at each, as `npm run nightly` does. */
export interface Walk {
  readonly every: number;
}

/** The last write is carried out, and its answer is never seen, as when the process is killed. */
export function endingAt(last: number): { intercept: Intercept; hasEnded: () => boolean } {
  let count = 0;
  const intercept: Intercept = async (method, _, send) => {
    if (method === 'GET' || ++count < last) return send();
    if (count === last) await send();
    throw new Error('The process is gone.');
  };
  return { intercept, hasEnded: () => count >= last };
}

/** Ends an operator after a write of its first reconcile, for one write after another; the next one must complete it. */
export async function endAtWrites(server: ApiServer, { every }: Walk): Promise<void> {
  const user = userOf(server);
  const counting = await newNamespace(server, 'ended');
  const whole = await startOperator(server, { namespace: counting });
  await user.apply(chatStackIn(counting));
  await until('the stack to be applied', () => user.isObserved(counting));
  await whole.stop();
  const writes = whole.writes.length;

  for (let last = 1; last <= writes; last += every) {
    const namespace = await newNamespace(server, 'ended');
    const { intercept, hasEnded } = endingAt(last);
    const killed = await startOperator(server, { namespace, intercept });
    await user.apply(chatStackIn(namespace));
    await until(`write ${last}`, () => Promise.resolve(hasEnded()));
    await killed.stop();
    const next = await startOperator(server, { namespace });
    await until('the stack to be applied', () => user.isObserved(namespace));
    expect(await differences(server, user, namespace)).toEqual([]);
    expect(next.errors).toEqual([]);
    await next.stop();
  }
  console.log(`Ended at every ${every}. of ${writes} writes.`);
}
