import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ServerFrame } from '../../../contract/protocol.ts';
import { keyOf } from '../../../web/src/conversation.ts';
import { workloadName } from '../../../contract/names.ts';
import { backendName } from '../../../contract/services/backend-ports.ts';
import { ChatClient } from '../../e2e/chat-client.ts';
import { chatUrlOf } from '../stack/ask.ts';
import { PageClient } from '../stack/page-client.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';

const clientCount = 200;
/** Between an answer and a client's next message. */
const thinkMs = { least: 4_000, most: 12_000 };

interface Chatter {
  readonly patient: string;
  readonly session: string;
  readonly client: PageClient;
}

/**
 * Replaces every pod of the backend while 200 clients chat. Asserts that no acknowledged message is lost, none is
 * stored or shown twice, and that every client was back within 5 s. Prints how long they were away.
 */
export async function rollsUnderClients(stack: DeployedStack): Promise<void> {
  const chatters = Array.from({ length: clientCount }, (_, index): Chatter => {
    const place = { patient: `patient:${index}`, session: `session:${index}` };
    return { ...place, client: new PageClient(stack.chatUrl, place) };
  });
  await Promise.all(chatters.map(({ client }) => client.say('Good morning.')));
  const over = new AbortController();
  const chats = Promise.all(chatters.map(({ client }) => chat(client, over.signal)));
  await Promise.all([chats, roll(stack).finally(() => over.abort())]);
  for (const { client } of chatters) client.stop();

  const gaps = chatters.flatMap(({ client }) => client.gaps).sort((a, b) => a - b);
  const acknowledged = chatters.reduce((sum, { client }) => sum + client.acknowledged.size, 0);
  console.log(
    `${clientCount} clients, ${acknowledged} messages acknowledged, ${gaps.length} reconnects; away ` +
      `${Math.round(gaps[Math.floor(gaps.length / 2)] ?? 0)} ms (median), ${Math.round(gaps.at(-1) ?? 0)} ms (longest).`,
  );
  expect(gaps.length).toBeGreaterThanOrEqual(clientCount);
  expect(gaps.filter((ms) => ms > 5_000)).toEqual([]);
  for (const chatter of chatters) await nothingLostOrTwice(stack, chatter);
}

/** Says one thing after the other, waiting for each answer, as people do. */
async function chat(client: PageClient, over: AbortSignal): Promise<void> {
  for (let count = 1; !over.aborted; count++) {
    await client.say(`Today I walked ${count} miles.`);
    const think = thinkMs.least + Math.random() * (thinkMs.most - thinkMs.least);
    await pause(think, undefined, { signal: over }).catch(() => undefined);
  }
}

/** Resolves when the last old pod is gone, and with it the last connection it had. */
async function roll({ stack, kubectl, pods }: DeployedStack): Promise<void> {
  const deployment = `deployment/${workloadName(stack.name, backendName)}`;
  const backends = async () => (await pods()).filter(({ service }) => service === backendName);
  const old = new Set((await backends()).map(({ uid }) => uid));
  await kubectl(['rollout', 'restart', deployment]);
  await kubectl(['rollout', 'status', deployment, '--timeout=240s']);
  await until('the old pods to be gone', async () => (await backends()).every(({ uid }) => !old.has(uid)));
}

async function nothingLostOrTwice(
  stack: DeployedStack,
  { patient, session, client }: Chatter,
): Promise<void> {
  const shown = client.entries.map(keyOf);
  expect(shown).toEqual([...new Set(shown)]);
  const reader = new ChatClient(chatUrlOf(stack.wsUrl, { patient, session }));
  const { history }: Extract<ServerFrame, { type: 'welcome' }> = await reader.frame('welcome');
  reader.socket.terminate();
  const stored = history.filter(({ speaker }) => speaker === 'patient').map(({ id }) => id);
  expect(stored).toEqual([...new Set(stored)]);
  expect([...client.acknowledged].filter((id) => !stored.includes(id))).toEqual([]);
}
