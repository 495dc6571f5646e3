import { expect, test } from 'vitest';
import { dependencyStates } from '../../../operator/gates/dependency-states.ts';
import type { DependencyObserved } from '../../../operator/gates/observed.ts';

const saying = (
  pod: string,
  state: DependencyObserved['state'],
  fields: { says?: string; unreachable?: string } = {},
) => {
  const { says = '', unreachable } = fields;
  return {
    pod,
    observed: { dependencies: [{ name: 'queue', state, says }], ...(unreachable ? { unreachable } : {}) },
  };
};
const stateOf = (...pods: ReturnType<typeof saying>[]) => dependencyStates(pods)[0];
const silent = saying('b', 'open', { unreachable: 'Nothing listens.' });

test('a dependency is met when every pod says so', () => {
  expect(stateOf(saying('a', 'open'), saying('b', 'open'))).toEqual({
    ...{ name: 'queue', status: 'True', reason: 'Open' },
    message: 'Every pod reports that queue answers.',
  });
});

test('one pod that waits for it outweighs those that do not, and those that cannot be asked', () => {
  expect(stateOf(saying('c', 'open'), silent, saying('a', 'closed', { says: 'refused' }))).toEqual({
    ...{ name: 'queue', status: 'False', reason: 'Closed' },
    message: 'Pod a waits for queue: refused',
  });
});

test('a pod that cannot be asked leaves the dependency unknown, also one that waited for it before', () => {
  const unknown = {
    status: 'Unknown',
    reason: 'Unreachable',
    message: 'Pod b cannot be asked: Nothing listens.',
  };
  expect(stateOf(saying('a', 'open'), silent)).toMatchObject(unknown);
  expect(stateOf(saying('b', 'closed', { unreachable: 'Nothing listens.' }))).toMatchObject(unknown);
});

test('a state that is not known here is unknown, and one without which a pod works is met', () => {
  expect(stateOf(saying('a', 'unknown'), saying('b', 'degraded'))).toMatchObject({
    ...{ status: 'Unknown', reason: 'NotReported' },
  });
  expect(stateOf(saying('a', 'open'), saying('b', 'degraded'))).toMatchObject({
    ...{ status: 'True', reason: 'Degraded', message: 'Pod b works without queue.' },
  });
});

test('a pod that waits for it and has not tried yet, as in each rollout, leaves it unknown', () => {
  expect(stateOf(saying('a', 'open'), saying('b', 'closed'))).toEqual({
    ...{ name: 'queue', status: 'Unknown', reason: 'NotTried' },
    message: 'Pod b has not tried queue yet.',
  });
  expect(stateOf(saying('a', 'closed', { says: 'refused' }), saying('b', 'closed'))?.status).toBe('False');
});

test('a message names three pods, in an order that does not depend on that of the answers', () => {
  const pods = ['e', 'b', 'd', 'a', 'c'].map((pod) => saying(pod, 'closed', { says: 'refused' }));
  const message = ['a', 'b', 'c'].map((pod) => `Pod ${pod} waits for queue: refused`).join('\n');
  expect(stateOf(...pods)?.message).toBe(`${message}\n2 more pods say the same.`);
});

test('dependencies come in the order of their names', () => {
  const dependencies = ['store', 'index'].map((name) => ({ name, state: 'open' as const, says: '' }));
  expect(dependencyStates([{ pod: 'a', observed: { dependencies } }]).map(({ name }) => name)).toEqual([
    'index',
    'store',
  ]);
});
