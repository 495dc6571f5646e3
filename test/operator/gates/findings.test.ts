import { expect, test } from 'vitest';
import { readyCondition, verifiedCondition } from '../../../model/gates.ts';
import { findingsOf } from '../../../operator/gates/findings.ts';
import { unanswered, type PodAnswer } from '../../../operator/gates/pod-answer.ts';
import type { PodView } from '../../../operator/gates/pod-view.ts';
import { condition, digest, gate, podView, queueReady, saying } from './pods.ts';

const away = unanswered('Nothing listens there.');

/** What the condition of `queue` says. */
const ofQueue = (answer: PodAnswer, before?: PodView['conditions'][number]) =>
  findingsOf(podView({ gates: [queueReady], conditions: before ? [before] : [] }), answer)[0];

test.each([
  [gate('open'), 'True', 'Open', 'The process reports that queue answers.'],
  [gate('open', { lastError: 'was away' }), 'True', 'Open', 'The process reports that queue answers.'],
  [
    gate('degraded', { lastError: 'refused' }),
    'True',
    'Degraded',
    'The process reports that it works without queue: refused',
  ],
  [gate('degraded'), 'True', 'Degraded', 'The process reports that it works without queue.'],
  [
    gate('closed', { lastError: 'refused', attempts: 7 }),
    'False',
    'Closed',
    'The process reports that it waits for queue: refused',
  ],
  [gate('closed'), 'False', 'Closed', 'The process reports that it waits for queue.'],
])('a gate that is $state makes its condition %s with reason and words', (said, status, reason, message) => {
  expect(ofQueue(saying([said]))).toEqual({ type: queueReady, status, reason, message });
});

test('what a gate says without news, such as its count of dials, changes nothing of its condition', () => {
  const first = ofQueue(saying([gate('closed', { attempts: 1, since: 'a' })]));
  expect(ofQueue(saying([gate('closed', { attempts: 2, since: 'b' })]))).toEqual(first);
});

test('the message of a condition holds no secret and at most 1024 characters', () => {
  const lastError = `redis://:hunter2@queue:6379 and password: hunter2 ${'refused '.repeat(300)}`;
  const message = ofQueue(saying([gate('closed', { lastError })]))?.message;
  expect(message).toContain('//***@queue:6379');
  expect(message).not.toContain('hunter2');
  expect(message).toHaveLength(1024);
});

const states = ['True', 'False', 'Unknown'] as const;

test.each([
  ['in a word that is not known here', saying([gate('unknown')])],
  ['not in the report', saying([gate('open', { name: 'other' })])],
])('a gate whose state is %s keeps its condition; without one it is Unknown', (_, answer) => {
  for (const status of states) {
    const before = condition(queueReady, status, 'Said', 'In words.');
    expect(ofQueue(answer, before)).toMatchObject({ status, reason: 'Said', message: 'In words.' });
  }
  expect(ofQueue(answer)).toMatchObject({ status: 'Unknown', reason: 'NotReported' });
});

test('a process that answers again, but does not report a gate, is not called unreachable any longer', () => {
  const before = condition(queueReady, 'True', 'Unreachable');
  expect(ofQueue(saying([]), before)).toMatchObject({ status: 'True', reason: 'NotReported' });
});

test('without an answer no condition gets another status, and one that is not False says why', () => {
  const why = 'The process cannot be asked. Nothing listens there.';
  expect(ofQueue(away, condition(queueReady, 'True', 'Open', 'It answers.'))).toEqual({
    ...{ type: queueReady, status: 'True', reason: 'Unreachable' },
    message: `${why} Its last answer counts.`,
  });
  expect(ofQueue(away, condition(queueReady, 'False', 'Closed', 'It waits.'))).toEqual({
    ...{ type: queueReady, status: 'False', reason: 'Closed', message: 'It waits.' },
  });
  const unknown = {
    status: 'Unknown',
    reason: 'Unreachable',
    message: `${why} It has said nothing of this yet.`,
  };
  expect(ofQueue(away)).toMatchObject(unknown);
  expect(ofQueue(away, condition(queueReady, 'Unknown', 'NotReported'))).toMatchObject(unknown);
});

/** What the condition of the configuration says. */
const ofConfig = (config: PodAnswer['config'], fields: Partial<PodView> = {}) =>
  findingsOf(podView({ gates: [verifiedCondition], ...fields }), saying([], config))[0];

test('a process with the digest of its own pod is verified', () => {
  expect(ofConfig(digest('sha-1'))).toMatchObject({ status: 'True', reason: 'DigestEqual' });
});

test('a process with another digest is not verified, and the condition names both', () => {
  expect(ofConfig(digest('sha-2'))).toEqual({
    ...{ type: verifiedCondition, status: 'False', reason: 'DigestDiffers' },
    message: 'The process reports a configuration with the digest "sha-2"; "sha-1" was rendered.',
  });
});

test('where only the configuration cannot be asked, its condition stays as it is', () => {
  const config = { unanswered: 'No answer came.' };
  for (const status of states) {
    const conditions = [condition(verifiedCondition, status, 'Said', 'In words.')];
    expect(ofConfig(config, { conditions })).toMatchObject({ status, reason: 'Said', message: 'In words.' });
  }
  expect(ofConfig(config)).toMatchObject({ status: 'Unknown', reason: 'NotReported' });
});

test('a process that does not answer at all stays verified, with the reason', () => {
  const pod = podView({ conditions: [condition(verifiedCondition, 'True', 'DigestEqual')] });
  expect(findingsOf(pod, away)[1]).toMatchObject({ status: 'True', reason: 'Unreachable' });
});

test('a pod without the digest it was rendered with is not verified by any', () => {
  const pod = { gates: [verifiedCondition], conditions: [] };
  expect(findingsOf(pod, saying([]))[0]).toMatchObject({ status: 'Unknown', reason: 'NotReported' });
});

test('only the gates that a pod declares get a condition, whatever its process reports', () => {
  const pod = podView({ gates: [readyCondition('queue')] });
  const reported = saying([gate('open'), gate('closed', { name: 'other' })], digest('sha-2'));
  expect(findingsOf(pod, reported).map(({ type }) => type)).toEqual([queueReady]);
  expect(findingsOf(podView({ gates: [] }), reported)).toEqual([]);
});
