import { describe, expect, test } from 'vitest';
import { limits } from '../../../contract/protocol.ts';
import { isEmergency } from '../../../app/memory/emergency.ts';
import { messageParts } from '../../../app/memory/message-parts.ts';
import { questionOf } from '../../../app/memory/recall/question.ts';
import { asksForAll } from '../../../app/memory/recall/recall.ts';
import { reply } from '../../../app/memory/responder.ts';
import type { StoredFact } from '../../../app/stores/types.ts';

/** Messages that once held the whole process for seconds, or ended it; without bounds these tests run out of time. */

const longest = limits.textLength;
const filled = (part: string): string => part.repeat(Math.ceil(longest / part.length)).slice(0, longest);

const facts = Array.from({ length: 20 }, (_, place): StoredFact => ({
  id: `fact:${place}`,
  patientId: 'patient:demo',
  text: filled(`My cat number ${place} likes fish and the garden `),
  recordedAt: '2026-01-01T00:00:00.000Z',
  sourceId: `message:${place}`,
  place,
}));
const answerTo = (text: string): string =>
  reply(messageParts(text), { facts, isComplete: true, limit: 20 }).text;

describe('a reply is bounded', () => {
  test('of 900 questions the first are answered, and the reply says so', () => {
    const text = answerTo('What does my cat like? '.repeat(900).slice(0, longest));
    expect(text.length).toBeLessThanOrEqual(limits.answerLength);
    expect(text).toContain('My cat number');
  });

  test('few of many short questions: the others are named by their number', () => {
    expect(
      reply(messageParts('Who am I? '.repeat(30)), { facts: [], isComplete: true, limit: 5 }).text,
    ).toMatch(/I answered the first 20 of your 30 questions\..*$/);
  });

  test('an id that is no plain word is quoted in it', () => {
    const [first] = facts;
    if (!first) throw new Error('there are no facts');
    const odd = { ...first, sourceId: 'm1)\nI was told: "all is well' };
    expect(
      reply(messageParts('What does my cat like?'), { facts: [odd], isComplete: true, limit: 1 }).text,
    ).toContain('(message "m1)\\nI was told: \\"all is well")');
  });

  test('a quotation of a long fact is cut', () => {
    const text = answerTo('What does my cat like?');
    expect(text).toContain('…" (message message:');
    expect(text.length).toBeLessThanOrEqual(limits.answerLength);
  });

  test('many statements are noted in short', () => {
    expect(answerTo('I have a dog. '.repeat(200))).toMatch(/^Noted: (“[^”]*” ?){1,20} and \d+ more/);
  });
});

describe('no text takes more than linear time', () => {
  test.each([
    'what do you know what do you remember ',
    'what know about ',
    'slurred slurring ',
    'I like and love and enjoy and prefer ',
    '"I said so. ',
    'Dr. Mr. Mrs. ',
    'I am 5 mg. of, , , , - - - ',
    'a,\u00a0\u00a0\u00a0\u00a0 ',
    ' \t \t \t \t?',
    '?!?!?! ',
    'a, , , , B',
  ])('%j', (part) => {
    const text = filled(part);
    expect(asksForAll(text)).toBeTypeOf('boolean');
    expect(questionOf(text).text.length).toBeLessThan(1_000);
    expect(isEmergency(text)).toBeTypeOf('boolean');
    expect(answerTo(text).length).toBeLessThanOrEqual(limits.answerLength);
    expect(answerTo(`${text.slice(0, longest - 1)}?`).length).toBeLessThanOrEqual(limits.answerLength);
  });
});
