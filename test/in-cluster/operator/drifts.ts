import { expect } from 'vitest';
import { undoingText } from '../../../operator/reconcile/drift-text.ts';
import type { Drift } from '../../../operator/reconcile/resource.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';
import { statusOf } from './conditions.ts';

/** One way in which others change a stack. */
export interface Breakage {
  /** What kubectl calls the object. */
  readonly object: string;
  /** The arguments of kubectl that change it. */
  readonly args: readonly string[];
  /** What is to be told of it. */
  readonly drift: Omit<Drift, 'time'>;
}

const json = (...operations: readonly object[]): string[] => [
  '--type=json',
  '-p',
  JSON.stringify(operations),
];
const nothing = 'nothing';

/** Every kind of drift, by its name. @param image of a further container, on the node already. */
export const breakages = (image: string): Readonly<Record<string, Breakage>> => ({
  "the port of Redis' Service edited to 6380": {
    object: 'service/demo-redis',
    args: [
      'patch',
      'service/demo-redis',
      ...json({ op: 'replace', path: '/spec/ports/0/port', value: 6380 }),
    ],
    drift: {
      object: 'Service demo-redis',
      field: 'spec.ports[redis].port',
      from: '6379',
      to: '6380',
      manager: 'kubectl-patch',
    },
  },
  'an environment variable added': {
    object: 'deployment/demo-backend',
    args: ['set', 'env', 'deployment/demo-backend', 'NODE_OPTIONS=--trace-exit'],
    drift: {
      object: 'Deployment demo-backend',
      field: 'spec.template.spec.containers[backend].env[NODE_OPTIONS]',
      from: nothing,
      to: '"--trace-exit"',
      overrides: expect.stringMatching(/^NODE_OPTIONS of ConfigMap demo-backend-config, "--/) as string,
      manager: 'kubectl-set',
    },
  },
  'a container added': {
    object: 'deployment/demo-backend',
    args: [
      ...['patch', 'deployment/demo-backend', '-p'],
      JSON.stringify({ spec: { template: { spec: { containers: [{ name: 'sidecar', image }] } } } }),
    ],
    drift: {
      object: 'Deployment demo-backend',
      field: 'spec.template.spec.containers[sidecar]',
      from: nothing,
      to: '(not shown)',
      manager: 'kubectl-patch',
    },
  },
  'a key of a ConfigMap changed': {
    object: 'configmap/demo-backend-config',
    args: ['patch', 'configmap/demo-backend-config', '-p', '{"data":{"REDIS_PORT":"6380"}}'],
    drift: {
      object: 'ConfigMap demo-backend-config',
      field: 'data.REDIS_PORT',
      from: '"6379"',
      to: '"6380"',
      manager: 'kubectl-patch',
    },
  },
  'a NetworkPolicy deleted': {
    object: 'networkpolicy/demo-backend-to-neo4j-bolt-ingress',
    args: ['delete', 'networkpolicy/demo-backend-to-neo4j-bolt-ingress'],
    drift: {
      object: 'NetworkPolicy demo-backend-to-neo4j-bolt-ingress',
      field: '',
      from: 'the object',
      to: 'deleted',
      manager: 'unknown',
    },
  },
  'a NetworkPolicy widened': {
    object: 'networkpolicy/demo-backend-to-redis-redis-ingress',
    args: [
      'patch',
      'networkpolicy/demo-backend-to-redis-redis-ingress',
      ...json({ op: 'add', path: '/spec/ingress/-', value: {} }),
    ],
    drift: {
      object: 'NetworkPolicy demo-backend-to-redis-redis-ingress',
      field: 'spec.ingress',
      from: expect.not.stringContaining('{}') as string,
      to: expect.stringContaining('{}') as string,
      manager: 'kubectl-patch',
    },
  },
  'replicas scaled where no autoscaler owns them': {
    object: 'deployment/demo-backend',
    args: ['scale', 'deployment/demo-backend', '--replicas=3'],
    drift: {
      object: 'Deployment demo-backend',
      field: 'spec.replicas',
      from: '1',
      to: '3',
      manager: 'kubectl',
    },
  },
});

/**
 * Breaks a stack, and asserts that the operator puts it back as it was and tells what was changed, in an Event and in
 * the status, and that no pod was replaced. Answers how long it took to be seen, in milliseconds.
 */
export async function isHealed(stack: DeployedStack, { object, args, drift }: Breakage): Promise<number> {
  const [before, pods] = [await contentOf(stack, object), await readyPods(stack)];
  const wallClock = Date.now();
  const begun = performance.now();
  await stack.kubectl(args);
  let to: unknown;
  await until(`${object} to be as it was`, async () => {
    to = await contentOf(stack, object);
    return JSON.stringify(to) === JSON.stringify(before);
  });
  const ms = Math.round(performance.now() - begun);

  const told = async () => (await statusOf(stack)).lastDrift;
  // A second is the resolution of the time of an object that was made meanwhile.
  await until(
    'the status to tell it',
    async () => Date.parse((await told())?.time ?? '') > wallClock - 1_000,
  );
  const lastDrift = await told();
  expect(lastDrift).toEqual({ ...drift, time: expect.any(String) as string });
  await isAnEvent(stack, lastDrift);
  // Further pods of a moment may still be ending.
  expect(await stack.pods()).toEqual(expect.arrayContaining(pods));
  return ms;
}

const readyPods = async ({ pods }: DeployedStack) => (await pods()).filter(({ ready }) => ready);

async function isAnEvent({ stack, kubectl }: DeployedStack, drift: Drift | undefined): Promise<void> {
  const fields = `involvedObject.kind=ChatStack,involvedObject.name=${stack.name},reason=DriftHealed,type=Warning`;
  const text = await kubectl(['get', 'events', '--field-selector', fields, '-o', 'json']);
  const messages = (JSON.parse(text) as { items: { message: string }[] }).items.map(({ message }) => message);
  const what = drift?.field === '' ? 'was deleted' : `${drift?.field} `;
  expect(
    messages.filter((message) => message.startsWith(drift?.object ?? '') && message.includes(what)),
  ).toEqual([expect.stringContaining(drift ? ` It was ${undoingText(drift)}.` : '')]);
}

/** What an object says besides its metadata and status; undefined for one that is not there. */
async function contentOf({ kubectl }: DeployedStack, object: string): Promise<unknown> {
  const text = await kubectl(['get', object, '-o', 'json', '--ignore-not-found']);
  if (text === '') return undefined;
  const { spec, data } = JSON.parse(text) as Record<string, unknown>;
  return { spec, data };
}
