import { expect, test } from 'vitest';
import type { Api } from '../../kube/api.ts';
import { discoveryOf, type Discovery } from '../../kube/discovery.ts';

type Answer = Error | readonly string[] | undefined;

/** Discovery of an API server that answers so, one answer after another, and the last one from then on. */
function discovering(...answers: Answer[]): { discovery: Discovery; asked: () => number } {
  let asked = 0;
  const request: Api['request'] = (_method, path) => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer instanceof Error) return Promise.reject(answer);
    const resources = answer?.map((kind) => ({
      ...{ kind, name: `${kind.toLowerCase()}s`, namespaced: true, verbs: ['get'], path },
    }));
    return Promise.resolve({ status: resources ? 200 : 404, json: { resources }, warnings: [] });
  };
  return { discovery: discoveryOf({ request } as Api), asked: () => asked };
}

const lease = ['coordination.k8s.io/v1', 'Lease'] as const;

test('a discovery that failed is asked again at the next call', async () => {
  const { discovery } = discovering(new Error('ECONNRESET'), ['Lease']);
  await expect(discovery.find(...lease)).rejects.toThrow('ECONNRESET');
  expect(await discovery.collectionOf(...lease, 'a')).toBe(
    '/apis/coordination.k8s.io/v1/namespaces/a/leases',
  );
});

test.each<[string, Answer]>([
  ['an API group', undefined],
  ['a kind', ['LeaseCandidate']],
])('%s that was absent is asked for again at the next call', async (_, absent) => {
  const { discovery, asked } = discovering(absent, ['Lease']);
  expect(await discovery.find(...lease)).toBeUndefined();
  expect((await discovery.find(...lease))?.plural).toBe('leases');
  expect(asked()).toBe(2);
});

test('calls at the same time share one request, and a kind that was found is not asked for again', async () => {
  const { discovery, asked } = discovering(['Lease', 'LeaseCandidate']);
  const find = (kind: string) => discovery.find('coordination.k8s.io/v1', kind);
  await Promise.all([find('Lease'), find('LeaseCandidate'), find('Absent'), find('Absent')]);
  expect(asked()).toBe(1);
  await Promise.all([find('Lease'), find('LeaseCandidate')]);
  expect(asked()).toBe(1);
});
