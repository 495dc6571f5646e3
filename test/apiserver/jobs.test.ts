import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Job, Pod } from '../../kube/kinds.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startLab, type Ended } from './cli/mooring.ts';
import { startControllerManager } from './operator/controller-manager.ts';

/** Jobs of a stack in code, with Kubernetes' own controllers; the test stands in for kubelet. */

const lab = forSuite(() => startLab());

const mooring = (...words: string[]): Promise<Ended> => lab().mooring(words);
const apply = (): Promise<Ended> => mooring('apply', '--yes', '--timeout', '60');

/** A worker with everything before and beside it, and a Job that runs this command. */
const write = (name: string, command: string): Promise<void> =>
  writeFile(
    join(lab().folder, 'mooring.config.ts'),
    `import { defineStack } from 'mooring';
const container = {
  image: 'example.test/worker:1',
  resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { memory: '8Mi' } },
};
export default defineStack({
  name: '${name}',
  namespace: '${name}',
  services: [
    {
      ...{ name: 'worker', doc: 'works', kind: 'stateless', replicas: 1, terminationGraceSeconds: 1 },
      container: {
        ...container,
        user: { uid: 1000, gid: 1000 },
        init: [{ name: 'prepare', command: ['prepare'] }],
        sidecars: [{ ...container, name: 'beside', doc: 'ships logs' }],
      },
      serviceAccountAnnotations: { 'cloud.example.com/role': 'reader' },
      nodeSelector: { 'example.com/disk': 'ssd' },
      tolerations: [{ key: 'example.com/only', value: 'work' }],
      jobs: [{ name: 'seed', doc: 'first rows', command: ['${command}'], backoffLimit: 0 }],
    },
  ],
});
`,
  );

const listed = async <T>(namespace: string, kind: string): Promise<T[]> => {
  const text = await lab().kubectl(['-n', namespace, 'get', kind, '-o', 'json']);
  return (JSON.parse(text) as { items: T[] }).items;
};
const jobNames = async (namespace: string): Promise<string[]> =>
  (await listed<Job>(namespace, 'jobs')).map(({ metadata }) => metadata.name);

type Ending = 'Succeeded' | 'Failed' | 'Running';

/** As kubelet: every pod of the worker is ready, and one of a Job ends as it is told. */
async function kubelet(namespace: string, ending: Ending): Promise<void> {
  for (const { metadata, status, spec } of await listed<Pod>(namespace, 'pods')) {
    const isJob = metadata.labels?.['app.kubernetes.io/component'] === 'job';
    const phase = isJob ? ending : 'Running';
    if (status.phase === phase || metadata.deletionTimestamp !== undefined) continue;
    const exitCode = ending === 'Failed' ? 1 : 0;
    const state = phase === 'Running' ? { running: {} } : { terminated: { exitCode } };
    const container = {
      name: spec.containers[0]?.name,
      image: '',
      imageID: '',
      ready: !isJob,
      restartCount: 0,
    };
    const patch = {
      phase,
      conditions: [{ type: 'Ready', status: isJob ? 'False' : 'True' }],
      containerStatuses: [{ ...container, state }],
    };
    await lab().kubectl([
      ...['-n', namespace, 'patch', `pod/${metadata.name}`, '--subresource=status'],
      ...['-p', JSON.stringify({ status: patch })],
    ]);
  }
}

/** A command, and a kubelet for as long as it runs. */
async function withKubelet(namespace: string, ending: Ending, command: Promise<Ended>): Promise<Ended> {
  let ended: Ended | undefined;
  void command.then((one) => (ended = one));
  const acted = async () => {
    // Neither the namespace nor a pod may be there yet, or still.
    if (ended === undefined) await kubelet(namespace, ending).catch(() => undefined);
    return ended;
  };
  await expect.poll(acted, { interval: 200, timeout: 90_000 }).toBeDefined();
  return command;
}

beforeEach(() => startControllerManager(lab().server, { more: ',job,garbagecollector' }));

test('a Job is waited for, told of, not run again, and gives way to one of another content', async () => {
  const name = 'ran';
  await write(name, 'first');
  const first = await withKubelet(name, 'Succeeded', apply());
  expect(first, first.stderr).toMatchObject({ code: 0 });
  const before = await jobNames(name);
  expect(before).toEqual([expect.stringMatching(/^ran-worker-seed-[0-9a-f]{8}$/)]);
  expect((await mooring('status')).stdout).toMatch(/worker-seed +Job +1\/1 +0 +completed/);
  expect((await mooring('diff')).code).toBe(0);
  expect((await apply()).stdout).toMatch(/revision 1: \d+ unchanged\./);

  await write(name, 'second');
  const diff = await mooring('diff');
  expect(diff.stdout).toContain(`- Job ${before[0] ?? ''}\n    ! a Job of another content takes its place`);
  const second = await withKubelet(name, 'Succeeded', apply());
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(second.stderr).toContain(`Job ${before[0] ?? ''} removed`);
  expect(await jobNames(name)).not.toEqual(before);
  expect(await jobNames(name)).toHaveLength(1);
});

test('a Job that failed ends the apply with its reason, and runs again at the next one', async () => {
  const name = 'failed';
  await write(name, 'first');
  const first = await withKubelet(name, 'Failed', apply());
  expect(first.code, first.stderr).not.toBe(0);
  const [job = ''] = await jobNames(name);
  expect(first.stderr).toContain(
    `Job ${job}: BackoffLimitExceeded: Job has reached the specified backoff limit`,
  );
  expect((await mooring('status')).stdout).toMatch(
    /worker-seed +Job +0\/1 +0 +not completed\n.*Job failed-\S+: Backoff/,
  );
  expect((await mooring('doctor')).stdout).toContain(`Job ${job}: BackoffLimitExceeded`);
  expect((await mooring('diff')).stdout).toContain('it has failed; an apply runs it again');
  const second = await withKubelet(name, 'Succeeded', apply());
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(await jobNames(name)).toEqual([job]);
});

test('a Job that still runs ends, its pods too, before one of another content begins', async () => {
  const name = 'running';
  await write(name, 'first');
  expect(await mooring('apply', '--yes', '--no-wait')).toMatchObject({ code: 0 });
  const [job = ''] = await jobNames(name);
  const hasPod = async () =>
    (await listed<Pod>(name, 'pods')).some((pod) => pod.metadata.name.startsWith(job));
  await expect.poll(hasPod, { timeout: 20_000 }).toBe(true);
  await kubelet(name, 'Running');
  await write(name, 'second');
  expect(await mooring('apply', '--yes', '--no-wait')).toMatchObject({ code: 0 });
  expect(await hasPod()).toBe(false);
  expect(await jobNames(name)).toEqual([expect.not.stringMatching(job)]);
});
