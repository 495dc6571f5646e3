import { expect, test } from 'vitest';
import { missingQuota } from '../../../deploy/preflight/quota.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { renderStack } from '../../../charts-ts/render.ts';
import type { InitStep } from '../../../model/stack.ts';
import { migrate, proxy, stepsStack } from '../../model/steps-stack.ts';

/** A cluster whose namespace may use so much memory. */
const clusterWith = (memory: string): Cluster => {
  const quota = {
    metadata: { name: 'all' },
    spec: {},
    status: { hard: { 'limits.memory': memory }, used: { 'limits.memory': '0' } },
  };
  const request = () => Promise.resolve({ status: 200, json: { items: [quota] } });
  return { api: { request } } as unknown as Cluster;
};

const large: InitStep = {
  ...migrate,
  resources: { requests: { cpu: '10m', memory: '100Mi' }, limits: { memory: '100Mi' } },
};

test.each<[string, Parameters<typeof stepsStack>[0], number]>([
  ['the containers of a pod', {}, 64],
  ['the containers alone after a small init step, which has ended by then', { init: [migrate] }, 64],
  ['an init step that needs more than its containers', { init: [large] }, 100],
  ['a sidecar beside its containers', { sidecars: [proxy] }, 64 + 16],
  ['an init step beside a sidecar', { sidecars: [proxy], init: [large] }, 100 + 16],
])('a quota has to have room for %s', async (_what, steps, mebibytes) => {
  const app = renderStack(stepsStack(steps)).filter(({ kind }) => kind === 'Deployment');
  const missing = (memory: string) => missingQuota(clusterWith(memory), () => Promise.resolve(app), 'n');
  expect(await missing(`${mebibytes}Mi`)).toEqual([]);
  expect(await missing(`${mebibytes - 1}Mi`)).toEqual([
    `room in quota "all" for limits.memory: ${mebibytes - 1}Mi at most, 0 used, ${mebibytes}Mi more needed`,
  ]);
});
