import { expect, test } from 'vitest';
import type { Cluster } from '../../../kube/cluster.ts';
import type { Context } from '../../../operator/reconcile/context.ts';
import { DriftHistory } from '../../../operator/reconcile/drift-history.ts';
import { Reconciler } from '../../../operator/reconcile/reconciler.ts';
import type { StackResource, StackStatus } from '../../../operator/reconcile/resource.ts';
import { StackObjects } from '../../../operator/reconcile/stack-objects.ts';
import { Verdicts } from '../../../operator/reconcile/verdicts.ts';
import { Cache } from '../../../operator/runtime/cache.ts';
import { shopKind } from '../../kinds/shop-kind.ts';

const key = 'market/shop';
const minute = 60_000;

/** Others undo each repair of an object at once. */
function fight(drifts: DriftHistory, times: number, managers: readonly string[]): void {
  const changes = managers.map((manager) => ({ field: 'spec.port', manager }));
  for (let count = 0; count < times; count++) {
    drifts.found(`${key} Service/shop-web`, changes);
    drifts.repaired(`${key} Service/shop-web`, changes);
  }
}

/** A stack that is paused and was looked at, and an API server that takes its status. */
function paused() {
  let now = 0;
  const resource: StackResource = {
    ...{ apiVersion: shopKind.apiVersion, kind: shopKind.kind, spec: { paused: true } },
    metadata: { name: 'shop', namespace: 'market', uid: 'u', generation: 1 },
    status: { observedGeneration: 1 },
  };
  const resources = new Cache<StackResource>();
  resources.set(key, resource);
  let status: StackStatus = {};
  const cluster = {
    fieldManager: 'test',
    discovery: { pathOf: () => Promise.resolve('/shop') },
    api: {
      request: (method: string, path: string, { body }: { body: { status: StackStatus } }) => {
        if (method === 'GET') return Promise.resolve({ status: 404, json: {}, warnings: [] });
        if (path.endsWith('/status')) ({ status } = body);
        return Promise.resolve({ status: 200, json: { ...resource, ...body }, warnings: [] });
      },
    },
  } as unknown as Cluster;
  const drifts = new DriftHistory(() => now);
  const context: Context = {
    ...{ cluster, drifts, render: {}, objects: new StackObjects(), verdicts: new Verdicts() },
    isForeignTarget: () => false,
    podsOf: () => [],
    reachOf: () => {
      throw new Error('No secret is rotated here.');
    },
    record: () => Promise.resolve(),
    onDrift: () => undefined,
  };
  const reconciler = new Reconciler({
    ...{ kind: shopKind, context, resources, resyncMs: 10 * minute },
    dependenciesOf: () => ({ states: [], isEveryPodAsked: true }),
  });
  return {
    drifts,
    /** The document was changed since the status was written. */
    change: () => resources.set(key, { ...resource, metadata: { ...resource.metadata, generation: 2 } }),
    pass: (ms: number) => (now += ms),
    reconcile: () => reconciler.reconcile(key, AbortSignal.timeout(minute)),
    drifted: () => status.conditions?.find(({ type }) => type === 'Drifted'),
  };
}

test('a stack that is contested is looked at again when it is no longer, and then says so', async () => {
  const { drifts, pass, reconcile, drifted } = paused();
  fight(drifts, 4, ['kubectl-edit']);
  pass(minute);
  const { requeueAfterMs = 0 } = await reconcile();
  expect([drifted()?.reason, requeueAfterMs]).toEqual(['Contested', 9 * minute + 1]);
  pass(requeueAfterMs);
  expect(await reconcile()).toEqual({});
  expect(drifted()?.reason).toBe('Paused');
});

test.each([
  [
    'the managers',
    ['kustomize-controller', 'kubectl-edit', 'kubectl-edit'],
    'kubectl-edit, kustomize-controller',
  ],
  ['others, where nothing told who', ['unknown'], 'others'],
])('of a stack that is contested it is said how often, and by whom: %s', async (_, managers, who) => {
  const { drifts, reconcile, drifted } = paused();
  fight(drifts, 6, managers);
  // One whose maker left no trace.
  fight(drifts, 1, [...managers, 'unknown']);
  await reconcile();
  expect(drifted()?.message).toBe(`Service shop-web was changed by ${who}, which was undone 7 times.`);
});

test('a change of the document acknowledges what is contested: while all is paused, it is not known whether anything drifted', async () => {
  const { drifts, change, reconcile, drifted } = paused();
  fight(drifts, 4, ['kubectl-edit']);
  change();
  await reconcile();
  expect([drifted()?.status, drifted()?.reason]).toEqual(['Unknown', 'Paused']);
});
