import { describe, expect, test } from 'vitest';
import type { ServerFrame, Turn } from '../../contract/protocol.ts';
import { keyOf, receive, say, unanswered, type Conversation } from '../../web/src/conversation.ts';
import { message, welcome } from './world.ts';

const at = (minute: number) => `2026-01-01T10:0${minute}:00.000Z`;
const ack = (id: string, minute = 1): ServerFrame => ({
  type: 'ack',
  id,
  recordedAt: at(minute),
  duplicate: false,
});
const delta = (id: string, text: string): ServerFrame => ({ type: 'delta', id, text });
const fact = { id: 'f', text: 'I like tea.', recordedAt: at(0), sourceId: 'm' };
const done = (id: string, text: string): ServerFrame => ({ type: 'done', id, text, facts: [fact] });
const said = (id: string, minute: number): Turn => ({
  id,
  speaker: 'patient',
  text: `text of ${id}`,
  recordedAt: at(minute),
});
const answered = (id: string, minute: number, text: string): Turn => ({
  id: `answer to ${id}`,
  speaker: 'assistant',
  text,
  recordedAt: at(minute),
  replyTo: id,
});

const after = (frames: ServerFrame[], start: Conversation = []) => frames.reduce(receive, start);
const shown = (entries: Conversation) => entries.map((entry) => `${keyOf(entry)}: ${entry.text}`);

describe('a conversation', () => {
  test('shows a message as pending until it is acknowledged', () => {
    const entries = say([], message('a'));
    expect(entries).toMatchObject([{ delivery: 'pending' }]);
    expect(receive(entries, ack('a'))).toMatchObject([{ delivery: 'sent', recordedAt: at(1) }]);
  });

  test('grows an answer piece by piece, behind the message it answers', () => {
    const entries = say(say([], message('a')), message('b'));
    const grown = after([delta('a', 'You '), delta('a', 'like '), done('a', 'You like tea.')], entries);
    expect(shown(grown)).toEqual(['said a: text of a', 'answer a: You like tea.', 'said b: text of b']);
    expect(grown[1]).toMatchObject({ streaming: false, facts: [fact] });
  });

  test('shows no answer twice, whether it is streamed again or part of the history', () => {
    const entries = after([delta('a', 'Tea.'), done('a', 'Tea.')], say([], message('a')));
    expect(after([delta('a', 'Tea.'), done('a', 'Tea.')], entries)).toEqual(entries);
    const again = receive(entries, welcome([said('a', 1), answered('a', 1, 'Tea.')]));
    expect(shown(again)).toEqual(['said a: text of a', 'answer a: Tea.']);
    expect(again[1]).toMatchObject({ facts: [fact] });
  });

  test('puts what the server does not know yet behind its history, and what is older before it', () => {
    const old = after([ack('old', 1), done('old', 'Old.')], say([], message('old')));
    const entries = receive(say(old, message('new')), welcome([said('a', 2), said('a', 2)]));
    expect(shown(entries)).toEqual([
      'said old: text of old',
      'answer old: Old.',
      'said a: text of a',
      'said new: text of new',
    ]);
  });

  test('asks again after a reconnect for an answer that broke off, and drops its half', () => {
    const half = after([ack('a'), delta('a', 'You li')], say([], message('a')));
    const entries = receive(half, welcome([said('a', 1)]));
    expect(shown(entries)).toEqual(['said a: text of a']);
    expect(unanswered(entries)).toEqual([message('a')]);
    expect(unanswered(receive(entries, done('a', 'Tea.')))).toEqual([]);
  });

  test('says what went wrong at the message it is about, until it is sent again', () => {
    const error: ServerFrame = {
      type: 'error',
      code: 'ANSWER_FAILED',
      message: 'The model is away.',
      id: 'a',
    };
    const failed = after([ack('a'), delta('a', 'You'), error], say([], message('a')));
    expect(failed).toMatchObject([{ kind: 'said', delivery: 'sent', problem: 'The model is away.' }]);
    expect(say(failed, message('a'))).toMatchObject([{ problem: undefined }]);
  });
});
