import { expect, test } from 'vitest';
import { observedAfter } from '../../../operator/gates/observed.ts';
import { unanswered } from '../../../operator/gates/pod-answer.ts';
import { digest, gate, podView, saying } from './pods.ts';

const closed = saying([gate('closed', { lastError: 'redis://:hunter2@queue refused' })], digest('sha-2'));

test('of a pod its dependencies and its digest are known, without secrets', () => {
  expect(observedAfter(podView(), closed)).toEqual({
    dependencies: [{ name: 'queue', state: 'closed', says: 'redis://***@queue refused' }],
    digest: 'sha-2',
  });
});

test('what a pod last said stays known while it cannot be asked, and that it cannot', () => {
  const known = observedAfter(podView(), closed);
  expect(observedAfter(podView(), unanswered('It is away.'), known)).toEqual({
    ...known,
    unreachable: 'It is away.',
  });
  expect(observedAfter(podView(), saying([gate('unknown')], digest('sha-2')), known)).toEqual(known);
});

test('nothing is known of a pod that never answered', () => {
  expect(observedAfter(podView(), unanswered('It is away.'))).toEqual({
    unreachable: 'It is away.',
    dependencies: [{ name: 'queue', state: 'unknown', says: '' }],
  });
});

test('a count that grows with each dial is no news', () => {
  const [one, other] = [1, 2].map((attempts) =>
    observedAfter(podView(), saying([gate('closed', { attempts })])),
  );
  expect(one).toEqual(other);
});
