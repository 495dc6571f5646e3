import { expect, onTestFinished, test, vi } from 'vitest';
import type { LanguageModel } from '../../../app/llm/chat-completions.ts';
import { createLogger } from '../../../app/observability/logger.ts';
import { Metrics } from '../../../app/observability/metrics.ts';
import { alone } from '../../../app/stores/replicas.ts';
import { Answers } from '../../../app/ws/answers.ts';
import type { Follower } from '../../../app/ws/follower.ts';
import { Sessions } from '../../../app/ws/sessions.ts';
import { envOf } from '../../stores/real.ts';
import { openMemory } from '../memory/open-memory.ts';

const scope = { patientId: 'p', sessionId: 's' };
const message = { id: 'm1', text: 'Hello.' };

/** Answers over a memory with this model. */
async function answers(llm: LanguageModel) {
  const open = await openMemory({ llm });
  onTestFinished(() => open.close());
  const logged: string[] = [];
  const sessions = new Sessions(open.memory, alone);
  const all = new Answers({
    ...{ memory: open.memory, sessions, replicas: alone },
    metrics: new Metrics(() => []),
    log: createLogger(envOf({}), { write: (line) => void logged.push(line) }),
  });
  await open.memory.accept(scope, message);
  return { ...open, sessions, all, logged };
}

/** Writes down what a follower of the session is told, from the beginning of the log. */
function heard(follower: Follower, epoch: string): string[] {
  const told: string[] = [];
  follower.begin(
    { epoch, offset: 1 },
    {
      log: () => told.push('log'),
      event: ({ kind, turn }) => told.push(`${kind}: ${turn.text}`),
      delta: ({ at, text }) => told.push(`${at} ${text}`),
      memory: () => undefined,
    },
  );
  return told;
}

test('whoever joins in the middle, or after the end, hears the whole answer once', async () => {
  const { promise: half, resolve: goOn } = Promise.withResolvers<undefined>();
  const { all, sessions, memory } = await answers({
    async *stream() {
      yield 'one ';
      await half;
      yield 'two';
    },
  });
  const { position } = await memory.open(scope, 0);
  const early = heard(await sessions.follow(scope), position.epoch);
  const answer = all.claim(scope, message);
  answer.begin();
  answer.begin();
  await vi.waitFor(() => expect(early).toEqual(['0 one ']), 20_000);
  expect(await all.said(scope)).toEqual([{ id: 'm1', attempt: 1, at: 0, text: 'one ' }]);
  const middle = heard(await sessions.follow(scope), position.epoch);
  goOn(undefined);
  expect(await answer.ended).toMatchObject({ kind: 'answer', turn: { text: 'one two' } });
  expect(early).toEqual(['0 one ', '4 two', 'answer: one two']);
  expect(middle).toEqual(['4 two', 'answer: one two']);
  expect(await all.said(scope)).toEqual([]);
  expect((await memory.open(scope, 9)).history?.map(({ text }) => text)).toEqual(['Hello.', 'one two']);
});

test('an answer that fails tells everybody, and its error is not theirs to see', async () => {
  const { all, sessions, memory, warnings } = await answers({
    async *stream() {
      yield 'It';
      throw new Error('the model at 10.0.0.1 is away');
    },
  });
  const { position } = await memory.open(scope, 0);
  const told = heard(await sessions.follow(scope), position.epoch);
  const answer = all.claim(scope, message);
  answer.begin();
  await answer.ended;
  expect(told).toEqual(['0 It', 'failed: ']);
  expect(warnings.join()).toContain('10.0.0.1');
});

test('an answer that is stopped is stored as far as it was said', async () => {
  const { all, sessions, memory } = await answers({
    async *stream(_messages, signal) {
      yield 'It is ';
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('called off'))),
      );
    },
  });
  const { position } = await memory.open(scope, 0);
  const told = heard(await sessions.follow(scope), position.epoch);
  const answer = all.claim(scope, message);
  answer.begin();
  await vi.waitFor(() => expect(told).toEqual(['0 It is ']), 20_000);
  await all.stop(scope, 'm1');
  expect(await answer.ended).toMatchObject({ kind: 'stopped', turn: { text: 'It is ', stopped: true } });
  expect(told).toEqual(['0 It is ', 'stopped: It is ']);
  expect((await memory.open(scope, 9)).history?.at(-1)).toMatchObject({ text: 'It is ', stopped: true });
  await all.stop(scope, 'm1');
  expect(told, 'a second stop changes nothing').toHaveLength(2);
});

test('an answer that is asked for again is made, also while it waits for another process, which failed', async () => {
  const open = await openMemory();
  onTestFinished(() => open.close());
  const { record } = open.stores;
  const looked = vi.spyOn(record, 'isBusy');
  const all = new Answers({
    ...{ memory: open.memory, sessions: new Sessions(open.memory, alone), replicas: alone },
    metrics: new Metrics(() => []),
    log: createLogger(envOf({}), { write: () => undefined }),
  });
  const lease = { owner: 'another', leaseMs: 60_000 };
  const said = { ...message, speaker: 'patient', recordedAt: '2026-01-01T00:00:00.000Z' } as const;
  await record.addMessage({ ...scope, ...said }, [], lease);
  const waiting = all.claim(scope, message);
  waiting.begin();
  await vi.waitFor(() => expect(looked).toHaveBeenCalled(), 20_000);
  const turn = { ...said, id: 'a1', speaker: 'assistant', text: '', replyTo: 'm1' } as const;
  const claim = { ...scope, messageId: 'm1', attempt: 1, tries: 1 };
  await record.settle(claim, { kind: 'failed', turn, facts: [] });
  await open.memory.accept(scope, message);
  const again = all.claim(scope, message);
  again.begin();
  expect(await again.ended).toMatchObject({ kind: 'answer', turn: { offset: 3 } });
});

test('an answer that another process makes is waited for by reading, and told here only', async () => {
  const open = await openMemory();
  onTestFinished(() => open.close());
  const { record } = open.stores;
  const claimed = vi.spyOn(record, 'claim');
  const looked = vi.spyOn(record, 'isBusy');
  const told = vi.fn();
  const replicas = { ...alone, tell: told };
  const sessions = new Sessions(open.memory, replicas);
  const all = new Answers({
    ...{ memory: open.memory, sessions, replicas },
    metrics: new Metrics(() => []),
    log: createLogger(envOf({}), { write: () => undefined }),
  });
  const lease = { owner: 'another', leaseMs: 60_000 };
  const said = { ...message, speaker: 'patient', recordedAt: '2026-01-01T00:00:00.000Z' } as const;
  const { epoch } = await record.addMessage({ ...scope, ...said }, [], lease);
  const heardHere = heard(await sessions.follow(scope), epoch);
  const waiting = all.claim(scope, message);
  waiting.begin();
  await vi.waitFor(() => expect(looked.mock.calls.length).toBeGreaterThan(2), 20_000);
  expect(claimed).toHaveBeenCalledOnce();
  const turn = { ...said, id: 'a1', speaker: 'assistant', text: 'There.', replyTo: 'm1' } as const;
  const claim = { ...scope, messageId: 'm1', attempt: 1, tries: 1 };
  await record.settle(claim, { kind: 'answer', turn, facts: [] });
  expect(await waiting.ended).toMatchObject({ kind: 'answer', turn: { text: 'There.' } });
  expect(heardHere).toEqual(['answer: There.']);
  expect(told).not.toHaveBeenCalled();
});
