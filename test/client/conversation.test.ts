import { describe, expect, test } from 'vitest';
import {
  awaited,
  emptyConversation,
  keyOf,
  receive,
  say,
  unanswered,
  type Conversation,
} from '../../client/conversation.ts';
import type { FrameOf, MessageFrame, ServerFrame, Turn } from '../../client/frames.generated.ts';
import { ack, message, recovered, welcome } from './world.ts';

const at = '2026-01-01T00:00:00.000Z';
const delta = (id: string, text: string, from = 0, attempt = 1): FrameOf<'delta'> => ({
  ...{ type: 'delta', id, attempt, at: from, text },
});
const fact = { id: 'f', text: 'I like tea.', recordedAt: at, sourceId: 'm' };
const done = (id: string, text: string, offset = 100): FrameOf<'done'> => ({
  ...{ type: 'done', id, offset, text, recordedAt: at, facts: [fact] },
});
const said = (id: string, offset: number): Turn => ({
  ...{ id, offset, speaker: 'patient', text: `text of ${id}`, recordedAt: at },
});
const answered = (id: string, offset: number, text: string): Turn => ({
  ...{ id: `answer to ${id}`, offset, speaker: 'assistant', text, recordedAt: at, replyTo: id },
});
const failure = (id: string, offset?: number, attempt?: number): FrameOf<'error'> => ({
  ...{ type: 'error', code: 'ANSWER_FAILED', retryable: true, message: 'The model is away.' },
  ...{ id, offset, attempt },
});

const after = (frames: ServerFrame[], start = emptyConversation) => frames.reduce(receive, start);
const saying = (...messages: MessageFrame[]) => messages.reduce(say, emptyConversation);
const shown = ({ entries }: Conversation) => entries.map((entry) => `${keyOf(entry)}: ${entry.text}`);

describe('a conversation', () => {
  test('shows a message as pending until it is acknowledged', () => {
    const pending = saying(message('a'));
    expect(pending.entries).toMatchObject([{ delivery: 'pending' }]);
    expect(receive(pending, ack('a', 1)).entries).toMatchObject([{ delivery: 'sent', recordedAt: at }]);
  });

  test('grows an answer piece by piece, behind the message it answers', () => {
    const grown = after([delta('a', 'You '), delta('a', 'like ', 4)], saying(message('a'), message('b')));
    expect(shown(grown)).toEqual(['said a: text of a', 'answer a: You like ', 'said b: text of b']);
    const whole = receive(grown, done('a', 'You like tea.'));
    expect(shown(whole)).toEqual(['said a: text of a', 'answer a: You like tea.', 'said b: text of b']);
    expect(whole.entries[1]).toMatchObject({ streaming: false, facts: [fact] });
  });

  test('shows no answer twice, whether it is streamed again or part of the history', () => {
    const once = after([ack('a', 1), delta('a', 'Tea.'), done('a', 'Tea.', 2)], saying(message('a')));
    expect(after([ack('a', 1), delta('a', 'Tea.'), done('a', 'Tea.', 2)], once)).toEqual(once);
    const again = receive(once, welcome([said('a', 1), answered('a', 2, 'Tea.')]));
    expect(shown(again)).toEqual(['said a: text of a', 'answer a: Tea.']);
    expect(again.entries[1]).toMatchObject({ facts: [fact] });
  });

  test('puts what the server does not know yet behind its history, and what is older before it', () => {
    const old = after([ack('old', 1), done('old', 'Old.', 2)], saying(message('old')));
    const list = receive(say(old, message('new')), welcome([said('a', 3), said('a', 3)]));
    expect(shown(list)).toEqual([
      'said old: text of old',
      'answer old: Old.',
      'said a: text of a',
      'said new: text of new',
    ]);
  });

  test('asks again after a reconnect for an answer that broke off, and drops its half', () => {
    const half = after([ack('a', 1), delta('a', 'You li')], saying(message('a')));
    const list = receive(half, welcome([said('a', 1)]));
    expect(shown(list)).toEqual(['said a: text of a']);
    expect(unanswered(list)).toEqual([message('a')]);
    expect(unanswered(receive(list, done('a', 'Tea.')))).toEqual([]);
  });

  test('says what went wrong at the message it is about, until it is sent again', () => {
    const failed = after([ack('a', 1), delta('a', 'You'), failure('a', 2)], saying(message('a')));
    const problem = { message: 'The model is away.', retryable: true };
    expect(failed.entries).toMatchObject([{ kind: 'said', delivery: 'sent', problem }]);
    expect(unanswered(failed)).toEqual([]);
    expect(say(failed, message('a')).entries).toMatchObject([{ problem: undefined }]);
  });

  test('goes on as it is when the server goes on from its position', () => {
    const half = after([welcome(), ack('a', 1), delta('a', 'You li')], saying(message('a')));
    expect(receive(half, recovered(1))).toEqual(half);
    expect(shown(after([recovered(1), delta('a', 'You like')], half))).toEqual([
      'said a: text of a',
      'answer a: You like',
    ]);
  });

  test('of a log that was replaced keeps only what is not stored yet', () => {
    const before = after([welcome(), ack('a', 1), done('a', 'A.', 2)], saying(message('a')));
    const list = receive(say(before, message('new')), welcome([said('b', 5)], 'epoch-2'));
    expect(shown(list)).toEqual(['said b: text of b', 'said new: text of new']);
  });

  test('keeps the order of commits, whatever was said here first', () => {
    const list = after([ack('b', 5), ack('a', 4)], saying(message('b'), message('a')));
    expect(shown(list)).toEqual(['said a: text of a', 'said b: text of b']);
  });

  test('shows what other tabs say and are answered, and an answer before its message', () => {
    const answer: ServerFrame = { type: 'answer', offset: 2, turn: answered('o', 2, 'Hi.'), facts: [fact] };
    const list = after([answer, { type: 'turn', offset: 1, turn: said('o', 1) }], saying(message('a')));
    expect(shown(list)).toEqual(['said o: text of o', 'answer o: Hi.', 'said a: text of a']);
    expect(list.entries[1]).toMatchObject({ facts: [fact] });
  });

  test('knows its own message when another connection tells of it', () => {
    const list = receive(saying(message('a')), { type: 'turn', offset: 1, turn: said('a', 1) });
    expect(list.entries).toMatchObject([{ id: 'a', offset: 1, delivery: 'sent' }]);
  });

  test('marks a message that was edited, once the edit is stored, and does not wait for its answer', () => {
    const edit: MessageFrame = { ...message('b'), replaces: 'a' };
    const pending = say(receive(saying(message('a')), ack('a', 1)), edit);
    expect(pending.entries[0]).not.toHaveProperty('replacedBy');
    const edited = receive(pending, ack('b', 2));
    expect(edited.entries).toMatchObject([
      { id: 'a', replacedBy: 'b' },
      { id: 'b', replaces: 'a' },
    ]);
    expect(unanswered(edited)).toEqual([edit]);
    expect(awaited(edited)).toEqual(['b']);
  });

  test('marks an answer that was stopped', () => {
    const list = after([delta('a', 'You '), { ...done('a', 'You '), stopped: true }], saying(message('a')));
    expect(list.entries[1]).toMatchObject({ text: 'You ', streaming: false, stopped: true });
  });

  test('awaits what is stored and not answered, also when it could not be stopped', () => {
    const streaming = after([ack('a', 1), delta('a', 'You')], saying(message('a'), message('pending')));
    expect(awaited(streaming)).toEqual(['a']);
    const notStopped = receive(streaming, { ...failure('a'), code: 'STORE_AWAY' });
    expect(awaited(notStopped)).toEqual(['a']);
    expect(awaited(receive(notStopped, done('a', 'You.')))).toEqual([]);
    expect(awaited(receive(notStopped, failure('a')))).toEqual([]);
  });

  test('says nothing of a message that is held because of the rate', () => {
    const pending = saying(message('a'));
    expect(receive(pending, { ...failure('a'), code: 'RATE_LIMITED', retryAfterMs: 500 })).toEqual(pending);
  });
});

describe('an answer in pieces', () => {
  const textOf = (frames: ServerFrame[]) => {
    const { entries } = after(frames, saying(message('a')));
    return entries.find(({ kind }) => kind === 'answer')?.text;
  };

  test('takes what is new of a piece that overlaps', () => {
    expect(textOf([delta('a', 'You '), delta('a', 'ou like', 1)])).toBe('You like');
    expect(textOf([delta('a', 'You like'), delta('a', 'You')])).toBe('You like');
  });

  test('ignores what comes after a gap, until the whole comes', () => {
    const gap = [delta('a', 'You '), delta('a', 'tea.', 9)];
    expect(textOf(gap)).toBe('You ');
    expect(textOf([...gap, done('a', 'You like tea.')])).toBe('You like tea.');
  });

  test('starts afresh with a higher attempt, and a lower one is over', () => {
    const second = [delta('a', 'You li'), delta('a', 'Tea', 0, 2)];
    expect(textOf(second)).toBe('Tea');
    expect(textOf([...second, delta('a', 'ke', 6)])).toBe('Tea');
  });

  test('ends with the whole', () => {
    expect(textOf([done('a', 'Tea.'), delta('a', 'Tea. And', 0, 2)])).toBe('Tea.');
  });

  test('is nothing when the attempt failed, and grows again with the next', () => {
    const failed = [ack('a', 1), delta('a', 'You'), failure('a', 2), delta('a', 'You like')];
    expect(textOf(failed)).toBeUndefined();
    expect(textOf([...failed, delta('a', 'Tea', 0, 2)])).toBe('Tea');
    const early = [ack('a', 1), failure('a', 2, 3), delta('a', 'You', 0, 3)];
    expect(textOf(early), 'also when the failure was told first').toBeUndefined();
    expect(textOf([...early, delta('a', 'Tea', 0, 4)])).toBe('Tea');
  });
});

describe('a failure', () => {
  const failed = after([ack('a', 1), failure('a', 2)], saying(message('a')));

  test('that is told again does not fail the message that was sent again', () => {
    const again = say(failed, message('a'));
    expect(receive(again, failure('a', 2))).toEqual(again);
    expect(receive(again, failure('a', 3)).entries).toMatchObject([{ problem: { isUnanswered: true } }]);
  });

  test('stays after the acknowledgement is told again and after a history, and goes with the answer', () => {
    for (const frame of [ack('a', 1, true), welcome([said('a', 1)])])
      expect(receive(failed, frame).entries).toMatchObject([{ problem: { isUnanswered: true } }]);
    const late = after([done('a', 'Tea.', 3), failure('a', 2), failure('a')], failed);
    expect(late.entries).toMatchObject([{ problem: undefined }, { text: 'Tea.' }]);
  });

  test('to be stored is past when it is stored', () => {
    const away = receive(saying(message('a')), { ...failure('a'), code: 'STORE_AWAY' });
    expect(away.entries).toMatchObject([{ problem: { isUnanswered: false } }]);
    expect(receive(away, ack('a', 1)).entries).toMatchObject([{ problem: undefined }]);
  });

  test('that is over before the page was opened is in its history, and is not sent again by itself', () => {
    const opened = receive(emptyConversation, welcome([{ ...said('a', 1), failed: true }, said('b', 2)]));
    expect(opened.entries).toMatchObject([
      { id: 'a', problem: { isUnanswered: true, retryable: true } },
      { id: 'b' },
    ]);
    expect(unanswered(opened).map(({ id }) => id)).toEqual(['b']);
    expect(unanswered(say(opened, message('a'))).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(receive(opened, done('a', 'Tea.', 3)).entries[0]).toMatchObject({ problem: undefined });
  });
});

test('an answer that failed and is made again, since another page asked, can be stopped, and fails anew', () => {
  const failed = after([ack('a', 1), delta('a', 'You '), failure('a', 2)], saying(message('a')));
  const again = receive(failed, delta('a', 'You ', 0, 2));
  expect(again.entries).toMatchObject([
    { id: 'a', problem: undefined },
    { text: 'You ', streaming: true },
  ]);
  expect(awaited(again)).toEqual(['a']);
  expect(receive(again, failure('a', 3)).entries).toMatchObject([
    { id: 'a', problem: { isUnanswered: true } },
  ]);
});

describe('an answer to a message that is edited', () => {
  const edit: MessageFrame = { ...message('b'), replaces: 'a' };
  const streaming = after([ack('a', 1), delta('a', 'You ')], saying(message('a')));

  test.each([
    ['by this page', ack('b', 2), say(streaming, edit)],
    [
      'by another one',
      { type: 'turn', offset: 2, turn: { ...said('b', 2), replaces: 'a' } } as const,
      streaming,
    ],
  ])('%s is gone, and neither a later piece nor a failure brings it back', (_what, frame, before) => {
    const edited = receive(before, frame);
    expect(edited.entries).toMatchObject([
      { id: 'a', replacedBy: 'b' },
      { id: 'b', replaces: 'a' },
    ]);
    for (const late of [delta('a', 'like', 4), delta('a', 'Tea', 0, 2), failure('a', 3), failure('a')])
      expect(receive(edited, late)).toEqual(edited);
  });
});
