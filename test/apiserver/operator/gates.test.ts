import { expect, test } from 'vitest';
import type { ManagedFields } from '../../../kube/objects.ts';
import { verifiedCondition } from '../../../model/gates.ts';
import { gatesFieldManager } from '../../../operator/gates/write-conditions.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { probing, queueReady, startProcess, until, wordsOf, type Probing } from './gates-lab.ts';
import { sharedServer } from './shared-server.ts';

const server = forSuite(sharedServer);

/** A prober, and a pod whose process says that its gate is open. */
async function probingOne() {
  const lab = await probing(server());
  const process = await startProcess();
  await lab.createPod('web', process.port);
  await lab.shows('web', 'True Open');
  return { ...lab, process };
}

/** How long after `since` each pod's gate was first seen as these words say. */
function delaysOf({ seen }: Probing, from: number, since: number, words: string): number[] {
  const first = new Map<string, number>();
  for (const { pod, condition, at } of seen.slice(from))
    if (condition.type === queueReady && wordsOf(condition) === words && !first.has(pod))
      first.set(pod, at - since);
  return [...first.values()];
}

/** The conditions that an entry of `managedFields` owns. */
const ownedFields = ({ fieldsV1 }: ManagedFields): string[] =>
  Object.keys((fieldsV1 as { 'f:status': { 'f:conditions': object } })['f:status']['f:conditions']).sort();

const percentile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? NaN;

// How soon, `npm run bench:operator` measures: a test beside others would measure the others.
test('a gate that closes and opens is in the condition, with reason and message, of 30 pods', async () => {
  const lab = await probing(server());
  const names = Array.from({ length: 30 }, (_, index) => `web-${index}`);
  const processes = await Promise.all(
    names.map(async (name) => {
      const process = await startProcess();
      await lab.createPod(name, process.port);
      return process;
    }),
  );
  for (const name of names) {
    await lab.shows(name, 'True Open');
    await lab.shows(name, 'True DigestEqual', verifiedCondition);
  }
  const delays: number[] = [];
  for (const [state, shown] of [
    ['closed', 'False Closed'],
    ['open', 'True Open'],
    ['degraded', 'True Degraded'],
    ['closed', 'False Closed'],
    ['open', 'True Open'],
  ] as const) {
    const [from, since] = [lab.seen.length, performance.now()];
    for (const process of processes) process.become(state, state === 'open' ? null : 'the queue refuses');
    for (const name of names) await lab.shows(name, shown);
    delays.push(...delaysOf(lab, from, since, shown));
    if (state === 'closed')
      expect(lab.conditionOf('web-0')?.message).toBe(
        'The process reports that it waits for queue: the queue refuses',
      );
  }
  console.log(
    `${delays.length} changes of 30 pods: p50 ${percentile(delays, 0.5).toFixed(0)} ms, p99 ${percentile(delays, 0.99).toFixed(0)} ms; ` +
      `the prober's own measure of ${lab.latencies.length} transitions: p99 ${(percentile(lab.latencies, 0.99) * 1_000).toFixed(0)} ms.`,
  );
  expect(delays).toHaveLength(150);
  expect(lab.latencies).toHaveLength(120);
  expect(lab.errors).toEqual([]);
});

test('a process that does not answer leaves its gates True, with the reason, and nothing else is seen of them', async () => {
  const lab = await probingOne();
  const from = lab.seen.length;
  await lab.process.down();
  await lab.shows('web', 'True Unreachable');
  await lab.shows('web', 'True Unreachable', verifiedCondition);
  const { length } = lab.writes;
  await lab.isAsked(3);
  expect(lab.writes).toHaveLength(length);
  expect(lab.conditionOf('web')?.message).toContain('does not answer: connect ECONNREFUSED');
  expect(lab.prober.dependenciesOf(lab.namespace, 'demo').states).toMatchObject([
    { name: 'queue', status: 'Unknown' },
  ]);
  await lab.process.up();
  await lab.shows('web', 'True Open');
  expect(new Set(lab.seen.slice(from).map(({ condition }) => condition.status))).toEqual(new Set(['True']));
  const times = new Set(lab.seen.slice(from).map(({ condition }) => condition.lastTransitionTime));
  expect(times.size).toBe(1);
});

test('a process with another configuration than was rendered closes the gate of its pod, and says both', async () => {
  const lab = await probing(server());
  await lab.createPod('web', (await startProcess('sha-2')).port);
  await lab.shows('web', 'False DigestDiffers', verifiedCondition);
  expect(lab.conditionOf('web', verifiedCondition)?.message).toMatch(/"sha-2".*"sha-1"/);
  expect(lab.conditionOf('web')?.status).toBe('True');
});

test('nothing is written while nothing changes, and never Ready, nor a pod without our gates', async () => {
  const lab = await probingOne();
  const plain = await startProcess();
  await lab.createPod('plain', plain.port, ['example.com/ready']);
  await lab.isAsked(8);
  expect(lab.writes).toEqual([`PATCH ${lab.path}/web/status`]);
  const pod = await lab.readPod('web');
  const own = pod.metadata.managedFields?.filter(({ manager }) => manager === gatesFieldManager) ?? [];
  expect(own.map(ownedFields)).toEqual([
    [verifiedCondition, queueReady].map((type) => `k:{"type":"${type}"}`),
  ]);
  expect(pod.status.conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady' }),
  );
});

test('a status that another writes between read and write is kept, and the gate is written as well', async () => {
  const lab = await probingOne();
  let times = 0;
  lab.hooks.beforeWrite = async () => {
    if (times++ < 2) await lab.patchStatus('web', { message: `changed ${times} times` });
  };
  lab.process.become('closed', 'the queue refuses');
  await lab.shows('web', 'False Closed');
  expect(times).toBe(3);
  expect((await lab.readPod('web')).status.message).toBe('changed 2 times');
  expect(lab.errors).toEqual([]);
});

test('a pod that replaced another under its name is not written with what the other says', async () => {
  const lab = await probingOne();
  lab.hooks.isTold = false;
  await lab.deletePod('web');
  const next = await startProcess();
  await lab.createPod('web', next.port);
  const { uid } = (await lab.readPod('web')).metadata;
  lab.process.become('closed', 'the queue refuses');
  await until(
    'the old pod to be forgotten',
    () => lab.prober.observedOf(`${lab.namespace}/web`) === undefined,
  );
  expect(lab.writes).toHaveLength(2);
  const { metadata, status } = await lab.readPod('web');
  expect(metadata.uid).toBe(uid);
  expect(status.conditions?.map(({ type }) => type)).toEqual(['Ready']);
});
