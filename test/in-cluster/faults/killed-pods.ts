import { expect } from 'vitest';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import type { StoreName } from '../../../contract/services/backend-variables.ts';
import { PageClient } from '../stack/page-client.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';

/**
 * Kills a store's pod without grace while a client chats. Asserts that the client's connection stays open, that what
 * it says at that moment is answered once the store is back, and that it is told of no other store.
 */
export async function outlivesTheKillOf(stack: DeployedStack, store: StoreName): Promise<void> {
  const place = { patient: 'patient:killed', session: `session:${store}` };
  const client = new PageClient(stack.chatUrl, place);
  await client.say('I am allergic to penicillin.');
  const pod = async () => (await stack.pods()).find(({ service }) => service === store);
  const old = await pod();

  await stack.kubectl(['delete', 'pod', old?.name ?? '', '--grace-period=0', '--force']);
  const meanwhile = await client.say('What am I allergic to?');
  await until(`another pod of ${store} to be ready`, async () => {
    const now = await pod();
    return now?.ready === true && now.uid !== old?.uid;
  });
  await until('every store to answer', async () => (await stack.status()).reason === 'Ready');

  // Without the index an answer may know less, and says so.
  if (store !== qdrantName) expect(meanwhile).toContain('penicillin');
  expect(await client.say('What am I allergic to?')).toContain('penicillin');
  const told = () => client.told.map(({ name, state }) => `${name} ${state}`);
  // An outage of less than a second may be noticed after the new pod was ready.
  await until('the client to be told that the store is back', () =>
    Promise.resolve(told().at(-1) !== `${store} away`),
  );
  // Only Neo4j is away for so long that it must be noticed.
  const noticed = [`${store} away`, `${store} back`];
  expect(store === neo4jName ? [noticed] : [[], noticed]).toContainEqual(told());
  expect(client.gaps).toEqual([]);
  client.stop();
}
