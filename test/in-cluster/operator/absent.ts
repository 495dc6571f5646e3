import { expect } from 'vitest';
import { crowdDuring, gapsOf } from '../faults/crowd.ts';
import { PageClient } from '../stack/page-client.ts';
import { watchEndpoints } from './endpoints.ts';
import type { OperatorLab } from './lab.ts';

/**
 * Has no operator for a while, in which one client never stops talking and others chat as people do. Asserts that every
 * message is answered over the same connection, that no endpoint is lost and that no pod is replaced or restarted, until
 * the operator is back.
 */
export async function chatsWithoutOperator(
  { cluster, operator, stack }: OperatorLab,
  { ms, clients }: { readonly ms: number; readonly clients: number },
): Promise<{ readonly said: number }> {
  const endpoints = await watchEndpoints(cluster, stack.stack.namespace);
  const pods = (await stack.pods()).filter(({ ready }) => ready);
  const client = new PageClient(stack.chatUrl, { patient: 'patient:alone', session: 'session:alone' });
  let said = 0;
  await client.say('My sister Ana lives in Porto.');
  const chatters = await crowdDuring(stack, { count: clients }, async () => {
    await operator.scale(0);
    const end = performance.now() + ms;
    for (; performance.now() < end; said++)
      expect(await client.say('Where does my sister Ana live?')).toContain('Porto');
    await operator.scale(2);
  });
  expect([...client.gaps, ...gapsOf(chatters)]).toEqual([]);
  expect(endpoints.lost).toEqual([]);
  expect(await stack.pods()).toEqual(expect.arrayContaining(pods));
  client.stop();
  endpoints.stop();
  return { said };
}
