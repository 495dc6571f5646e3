import { expect } from 'vitest';
import { backendName } from '../../../contract/services/backend-ports.ts';
import { storeNames, type StoreName } from '../../../contract/services/backend-variables.ts';
import { kubernetesWord, readyCondition } from '../../../model/gates.ts';
import { crowdDuring, gapsOf } from '../faults/crowd.ts';
import { nothingLostOrTwice } from '../faults/nothing-lost.ts';
import { whileAway } from '../faults/scaled-to-zero.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';
import { isWell, podCondition, stackCondition } from './conditions.ts';

/** What a crowd went through. */
export interface Outcome {
  readonly acknowledged: number;
  readonly reconnects: number;
  /** From the moment a store was scaled away until its gate said so, and back again, in milliseconds. */
  readonly storesMs: Readonly<Record<string, { readonly away: number; readonly back: number }>>;
}

/**
 * Takes each store away and gives it back, one after the other, while clients chat. Asserts that the gate and the
 * stack's condition say so with the reason, both times; that no pod of the backend was replaced; that no client lost its
 * connection; and that no acknowledged message was lost, and none stored, answered or shown twice.
 */
export async function followsEachDependency(stack: DeployedStack, clients: number): Promise<Outcome> {
  const storesMs: Record<string, { away: number; back: number }> = {};
  const chatters = await crowdDuring(stack, { count: clients }, async () => {
    for (const store of storeNames) storesMs[store] = await followsOne(stack, store);
  });
  // An open connection goes on without a store; new ones are what readiness keeps away.
  expect(gapsOf(chatters)).toEqual([]);
  for (const chatter of chatters) await nothingLostOrTwice(stack.wsUrl, chatter);
  const acknowledged = chatters.reduce((sum, { client }) => sum + client.acknowledged.size, 0);
  return { acknowledged, reconnects: 0, storesMs };
}

async function followsOne(stack: DeployedStack, store: StoreName): Promise<{ away: number; back: number }> {
  const set = `statefulset/${stack.stack.name}-${store}`;
  const gate = readyCondition(store);
  const condition = `${kubernetesWord(store)}Ready`;
  const expected = whileAway[store].gate === 'closed' ? 'False Closed' : 'True Degraded';
  const backend = await backendOf(stack);

  await stack.kubectl(['annotate', set, 'mooring.dev/paused=true']);
  const away = await timed(async () => {
    await stack.kubectl(['scale', set, '--replicas=0']);
    await until(`${gate} to be ${expected}`, async () => (await podCondition(stack, gate)) === expected);
  });
  await until(
    `${condition} to be ${expected}`,
    async () => (await stackCondition(stack, condition)) === expected,
  );
  const isReady = whileAway[store].podReady === true;
  await until(
    `the backend to be ${isReady ? 'ready' : 'unready'}`,
    async () => (await podCondition(stack, 'Ready'))?.startsWith(isReady ? 'True' : 'False') === true,
  );

  // No longer paused, it is drift.
  const back = await timed(async () => {
    await stack.kubectl(['annotate', set, 'mooring.dev/paused-']);
    await isWell(stack);
  });
  expect(await stackCondition(stack, condition)).toBe('True Open');
  expect(await backendOf(stack)).toEqual(expect.arrayContaining(backend));
  return { away, back };
}

/** Its ready pods and how often each was restarted. */
const backendOf = async ({ pods }: DeployedStack): Promise<object[]> =>
  (await pods())
    .filter(({ service, ready }) => service === backendName && ready)
    .map(({ uid, restarts }) => ({ uid, restarts }));

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return Math.round(performance.now() - begun);
}
