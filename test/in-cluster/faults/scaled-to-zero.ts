import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { GateState } from '../../../model/report.ts';
import { backendName } from '../../../contract/services/backend-ports.ts';
import type { StoreName } from '../../../contract/services/backend-variables.ts';
import { httpPaths } from '../../../contract/services/backend.ts';
import { handshake, type Refusal } from '../../e2e/chat-client.ts';
import { chatUrlOf } from '../stack/ask.ts';
import { PageClient } from '../stack/page-client.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';

const awayMs = 30_000;

/** What was to be seen while a store was away. */
interface Outage {
  readonly gate: GateState | undefined;
  readonly podReady: boolean | undefined;
  readonly alive: number;
  readonly handshake: Pick<Refusal, 'status'> & { readonly retryAfter: unknown };
}

/** What law 6 says of each store: Redis and Neo4j keep gating, Qdrant only degrades. */
export const whileAway: Readonly<Record<StoreName, Outage>> = {
  redis: { gate: 'closed', podReady: false, alive: 200, handshake: { status: 503, retryAfter: '2' } },
  neo4j: { gate: 'closed', podReady: false, alive: 200, handshake: { status: 503, retryAfter: '2' } },
  qdrant: { gate: 'degraded', podReady: true, alive: 200, handshake: { status: 101, retryAfter: undefined } },
};

/**
 * Takes a store away for 30 s and brings it back, while a connection is open. Asserts what the cluster, a new client
 * and the connected one saw.
 */
export async function staysUpWithout(stack: DeployedStack, store: StoreName): Promise<void> {
  const place = { patient: 'patient:scaled', session: `session:${store}` };
  const url = chatUrlOf(stack.wsUrl, place);
  const client = new PageClient(stack.chatUrl, place);
  await client.say('I am allergic to penicillin.');
  const before = await backendPod(stack);
  const scale = (replicas: number) =>
    stack.kubectl(['scale', `statefulset/${stack.stack.name}-${store}`, `--replicas=${replicas}`]);

  await scale(0);
  const back = performance.now() + awayMs;
  const told = () => client.told.map(({ name, state }) => `${name} ${state}`);
  await until('the client to be told', async () => told().includes(`${store} away`));
  await until(`${store}'s absence to be seen`, async () =>
    sameAs(await seen(stack, store, url), whileAway[store]),
  );
  while (performance.now() < back) {
    expect(await seen(stack, store, url)).toEqual(whileAway[store]);
    await pause(Math.min(1_000, Math.max(0, back - performance.now())));
  }

  await scale(1);
  await until('the client to be told', async () => told().includes(`${store} back`));
  expect(await client.say('What am I allergic to?')).toContain('penicillin');
  expect([told(), client.gaps]).toEqual([[`${store} away`, `${store} back`], []]);
  await until('the backend to be ready', async () => (await backendPod(stack))?.ready === true);
  // The same pod, never restarted: no probe of life asks a store.
  expect(await backendPod(stack)).toEqual(before);
  client.stop();
}

const sameAs = (one: Outage, other: Outage): boolean => JSON.stringify(one) === JSON.stringify(other);

async function seen(stack: DeployedStack, store: StoreName, url: string): Promise<Outage> {
  const [readyz, pod, health, answer] = await Promise.all([
    stack.readyz(),
    backendPod(stack),
    fetch(`${stack.chatUrl}${httpPaths.healthz}`),
    handshake(url),
  ]);
  return {
    gate: readyz.gates.find(({ name }) => name === store)?.state,
    podReady: pod?.ready,
    alive: health.status,
    handshake: { status: answer.status, retryAfter: answer.headers['retry-after'] },
  };
}

const backendPod = async ({ pods }: DeployedStack) =>
  (await pods()).find(({ service }) => service === backendName);
