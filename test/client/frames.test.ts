import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { patientContext, problem, status } from '../../contract/http.ts';
import * as contract from '../../contract/protocol.ts';
import {
  closesForGood,
  readMessageFrame,
  readName,
  readPatientContext,
  readProblem,
  readServerFrame,
  readStatus,
  type ServerFrame,
} from '../../client/frames.generated.ts';
import { MalformedError, readOrNone } from '../../client/read.ts';

const at = '2026-01-01T00:00:00.000Z';
const turn = { id: 'a', offset: 1, speaker: 'patient', text: 'Hi', recordedAt: at } as const;
const fact = { id: 'f', text: 'I like tea.', recordedAt: at, sourceId: 'm' };
const error = { type: 'error', code: 'STORE_AWAY', retryable: true, message: 'It is away.' } as const;

/** Frames of every type, with what they may have and without. */
const frames: readonly contract.ServerFrame[] = [
  { type: 'welcome', patientId: 'p', sessionId: 's', epoch: '', offset: 0, recovered: true, mode: 'llm' },
  {
    ...{
      type: 'welcome',
      patientId: 'p',
      sessionId: 's',
      epoch: 'e',
      offset: 2,
      recovered: false,
      mode: 'llm',
    },
    history: [
      turn,
      { ...turn, speaker: 'assistant', replyTo: 'a', replaces: 'b', replacedBy: 'c', stopped: true },
    ],
  },
  { type: 'session', epoch: 'e', offset: 0 },
  { type: 'ack', id: 'a', offset: 1, recordedAt: at, duplicate: false },
  { type: 'turn', offset: 1, turn },
  { type: 'delta', id: 'a', attempt: 1, at: 0, text: 'Hi' },
  {
    type: 'done',
    id: 'a',
    offset: 2,
    text: 'Hi.',
    recordedAt: at,
    facts: [fact],
    stopped: true,
    degraded: 'why',
  },
  { type: 'answer', offset: 2, turn, facts: [] },
  { type: 'memory' },
  error,
  { ...error, id: 'a', offset: 3, retryAfterMs: 100 },
  { type: 'dependency', name: 'a store', state: 'back', reason: 'It answers.' },
  { type: 'pong' },
];

/** Whatever the contract lets a server send, the client has a type for. */
const asClient = (frame: contract.ServerFrame): ServerFrame => frame;

describe('a frame of the server', () => {
  test('is here in every type', () => {
    const types = contract.serverFrame.options.map(({ shape }) => shape.type.value);
    expect(new Set(frames.map(({ type }) => type))).toEqual(new Set(types));
  });

  test.each(frames.map((frame) => [frame.type, frame] as const))(
    '%s is read as the contract reads it',
    (_, frame) => {
      const later = { ...frame, ofALaterVersion: { turn: 1 } };
      expect(readServerFrame(later)).toEqual(contract.serverFrame.parse(later));
      expect(readServerFrame(frame)).toEqual(asClient(frame));
    },
  );

  test.each(frames.map((frame) => [frame.type, frame] as const))(
    '%s without what it needs is malformed',
    (_, frame) => {
      for (const name of Object.keys(frame).filter((one) => one !== 'type')) {
        const without = Object.fromEntries(Object.entries(frame).filter(([one]) => one !== name));
        const isFine = contract.serverFrame.safeParse(without).success;
        if (isFine) expect(readServerFrame(without)).toEqual(without);
        else expect(() => readServerFrame(without)).toThrow(MalformedError);
      }
    },
  );

  test('of a type that is not known is none, one without a type is malformed', () => {
    expect(readServerFrame({ type: 'hologram' })).toBeUndefined();
    expect(readServerFrame({ type: 'toString' })).toBeUndefined();
    for (const none of [null, [], 'text', {}, { type: 1 }])
      expect(() => readServerFrame(none)).toThrow(MalformedError);
  });

  test('may have words of a later version', () => {
    const frame = { ...frames[0], mode: 'telepathy' };
    expect(readServerFrame(frame)).toEqual(frame);
  });

  test.each([
    ['a time that is none', { ...frames[3], recordedAt: 'yesterday' }, 'frame.recordedAt is not a time.'],
    ['half an offset', { ...frames[2], offset: 0.5 }, 'frame.offset is not a whole number.'],
    [
      'a turn deep inside',
      { ...frames[1], history: [turn, { ...turn, id: 7 }] },
      'frame.history[1].id is not a text.',
    ],
    ['an object for a list', { ...frames[7], facts: {} }, 'frame.facts is not a list.'],
  ])('is malformed for %s', (_, frame, words) => {
    expect(() => readServerFrame(frame)).toThrow(words);
  });
});

test('answers over HTTP are read with what a later version adds', () => {
  const later = { added: 1 };
  const state = {
    ...{ ready: true, reason: 'Ready', message: 'All stores answer.', retryAfterSeconds: null, mode: 'llm' },
    dependencies: [{ name: 'a store', state: 'open' }],
  };
  const context = { patientId: 'p', facts: [fact], recent: [turn], unavailable: [] };
  const refused = { code: 'NOT_READY', message: 'It waits.', reasons: ['a store'], retryAfterSeconds: 2 };
  expect(readOrNone(readStatus, { ...state, ...later })).toEqual(status.parse(state));
  expect(readOrNone(readPatientContext, { ...context, ...later })).toEqual(patientContext.parse(context));
  expect(readOrNone(readProblem, { ...refused, ...later })).toEqual(problem.parse(refused));
  expect(readOrNone(readProblem, { ...refused, code: 'OF_A_LATER_VERSION' })?.code).toBe(
    'OF_A_LATER_VERSION',
  );
  expect(readOrNone(readStatus, context)).toBeUndefined();
});

test('a message that another version of the page kept is read, if a server would take it', () => {
  const message = { type: 'message', id: 'a', text: 'Hi', replaces: 'b' };
  expect(readOrNone(readMessageFrame, { ...message, color: 'red' })).toEqual(message);
  const tooLong = 'a'.repeat(contract.limits.textLength + 1);
  for (const wrong of [{ text: '' }, { text: tooLong }, { id: '' }, { type: 'stop' }])
    expect(readOrNone(readMessageFrame, { ...message, ...wrong })).toBeUndefined();
});

test('the same names are names as in the contract', () => {
  const letters = fc.string({
    unit: fc.constantFrom('a', 'é', '💧', ' ', '/', '\\', '\u0000', ':'),
    maxLength: 6,
  });
  const names = fc.oneof(letters, fc.string({ minLength: 120, maxLength: 135 }));
  fc.assert(
    fc.property(names, (name) => {
      expect(readOrNone(readName, name)).toBe(contract.nameSchema.safeParse(name).data);
    }),
  );
});

test('the client stops after the codes after which the contract says so', () => {
  const stops = (code: number) => closesForGood.some(([first, last]) => first <= code && code <= last);
  for (let code = 1_000; code < 5_000; code++)
    expect([code, stops(code)]).toEqual([code, contract.afterClose(code) === 'stop']);
});
