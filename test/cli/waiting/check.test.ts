import { describe, expect, test } from 'vitest';
import { awaitCheck, checkStack, EarlyChecks, type BoundCheck } from '../../deploy/rollout/stack-check.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { CheckFailed } from '../../model/reach.ts';
import { defineStack } from '../../model/define-stack.ts';

const container = {
  image: 'example.test/web:1',
  user: { uid: 1, gid: 1 },
  resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
};
const stack = defineStack({
  name: 'shop',
  namespace: 'shop',
  services: [
    {
      name: 'web',
      doc: 'a page',
      kind: 'stateless',
      replicas: 1,
      terminationGraceSeconds: 30,
      ports: { http: { containerPort: 8080, doc: 'the page' } },
      container,
    },
  ],
});

/** A cluster whose Services lead to these pods, and that runs no workload. */
function leadingTo(...pods: string[]): Cluster {
  const endpoints = pods.map((name) => ({ conditions: { ready: true }, targetRef: { kind: 'Pod', name } }));
  const slice = { ports: [{ name: 'http', port: 8080 }], endpoints };
  return {
    api: {
      request: (_method: string, path: string) =>
        Promise.resolve({
          status: 200,
          json: { items: path.includes('endpointslices') ? [slice] : [] },
          warnings: [],
        }),
    },
    discovery: { collectionOf: (_version: string, kind: string) => Promise.resolve(`/${kind}`) },
    fieldManager: 'test',
  } as unknown as Cluster;
}

const passing = (says: string) => Promise.resolve({ says, data: {} });
const check = (run: BoundCheck['run']): BoundCheck => ({
  through: { service: 'web', port: 'http' },
  what: 'a visit',
  run,
});

describe('a stack whose kind has no check of its own', () => {
  test('passes when every port leads to a ready pod', async () => {
    await expect(checkStack(leadingTo('web-1'), stack, {})).resolves.toMatchObject({
      data: { check: { ports: 1, gates: 0 } },
    });
  });

  test('does not pass while one leads nowhere, and says which', async () => {
    await expect(checkStack(leadingTo(), stack, {})).rejects.toThrow(
      'Service shop-web leads to no ready pod by its port "http"',
    );
  });
});

describe('an early check', () => {
  test('counts where the Service then leads to that pod', async () => {
    let runs = 0;
    const counted = check(() => passing(`run ${++runs}`));
    const cluster = leadingTo('web-1');
    const early = new EarlyChecks(cluster, stack, counted);
    early.begin('web', 'web-1');
    early.begin('web', 'web-1');
    await expect(checkStack(cluster, stack, { check: counted, early })).resolves.toMatchObject({
      says: 'run 1',
    });
  });

  test.each([
    ['of another pod', 'web', 'web-0'],
    ['of another service', 'store', 'web-1'],
  ])('%s does not count', async (_, service, pod) => {
    let runs = 0;
    const counted = check(() => passing(`run ${++runs}`));
    const cluster = leadingTo('web-1');
    const early = new EarlyChecks(cluster, stack, counted);
    early.begin(service, pod);
    await checkStack(cluster, stack, { check: counted, early });
    expect(runs).toBe(service === 'web' ? 2 : 1);
  });

  test('that failed does not count', async () => {
    let runs = 0;
    const flaky = check(() => (++runs === 1 ? Promise.reject(new Error('too early')) : passing('well')));
    const cluster = leadingTo('web-1');
    const early = new EarlyChecks(cluster, stack, flaky);
    early.begin('web', 'web-1');
    await expect(checkStack(cluster, stack, { check: flaky, early })).resolves.toMatchObject({
      says: 'well',
    });
  });
});

describe('a check that does not pass', () => {
  test('is tried again until it does', async () => {
    let runs = 0;
    const slow = check(() => (++runs < 3 ? Promise.reject(new CheckFailed('not yet')) : passing('well')));
    await expect(awaitCheck(leadingTo('web-1'), stack, { check: slow })).resolves.toMatchObject({
      says: 'well',
    });
  });

  test('is not tried again when it is final, and its kind’s words are in the error', async () => {
    let runs = 0;
    const refusing = check(() => {
      runs++;
      return Promise.reject(new CheckFailed('the token is refused', { final: true }));
    });
    await expect(awaitCheck(leadingTo('web-1'), stack, { check: refusing })).rejects.toMatchObject({
      code: 'ROLLOUT_FAILED',
      message: 'Everything is ready, but a visit did not pass: the token is refused',
    });
    expect(runs).toBe(1);
  });
});
