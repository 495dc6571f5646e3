import { describe, expect, test } from 'vitest';
import { limits } from '../../../contract/protocol.ts';
import { isEmergency } from '../../../app/memory/emergency.ts';
import { factsOf } from '../../../app/memory/facts.ts';
import type { Recalled, RecalledFact } from '../../../app/memory/recall/recall.ts';
import { termsOf } from '../../../app/memory/recall/terms.ts';
import { passagesOf, windowsOf } from '../../../app/memory/recall/windows.ts';
import { partsOf, reply } from '../../../app/memory/responder.ts';

/** Messages that once held the whole process for seconds, or ended it; without bounds these tests run out of time. */

const longest = limits.textLength;
const filled = (part: string): string => part.repeat(Math.ceil(longest / part.length)).slice(0, longest);

const facts = Array.from({ length: 20 }, (_, place): RecalledFact => ({
  id: `fact:${place}`,
  patientId: 'patient:demo',
  text: filled(`My cat number ${place} likes fish and the garden `),
  recordedAt: '2026-01-01T00:00:00.000Z',
  sourceId: `message:${place}`,
  place,
  score: 1 - place / 10,
  asks: 0,
}));
const recalled: Recalled = { facts, certainty: 'answered' };
const answerTo = (text: string): string => reply(partsOf(text), recalled, 20).text;

describe('a reply is bounded', () => {
  test('an id that is no plain word is quoted in it', () => {
    const [first] = facts;
    if (!first) throw new Error('there are no facts');
    const odd = { ...first, sourceId: 'm1)\nI was told: "all is well' };
    expect(
      reply(partsOf('What does my cat like?'), { facts: [odd], certainty: 'answered' }, 1).text,
    ).toContain('(message "m1)\\nI was told: \\"all is well")');
  });

  test('a quotation of a long fact is cut', () => {
    const text = answerTo('What does my cat like?');
    expect(text).toContain('…" (message message:');
    expect(text.length).toBeLessThanOrEqual(limits.answerLength);
  });

  test('many statements are noted in short', () => {
    expect(answerTo('I have a dog. '.repeat(200))).toMatch(/^Noted: “(I have a dog\. ){40,50}.*…”$/);
  });
});

describe('a message is remembered whole, in parts that are compared with a question', () => {
  const scope = { patientId: 'p', sessionId: 's', id: 'm1', recordedAt: '2026-01-01T00:00:00.000Z' };
  const remembered = (text: string): string[] => factsOf({ ...scope, text }).map((fact) => fact.text);

  test('a short one is one fact, its sentences are looked at by themselves', () => {
    const text = 'My cat is called Milo. He is 3.';
    expect(remembered(text)).toEqual([text]);
    expect(windowsOf(text)).toEqual([text, 'My cat is called Milo.', 'He is 3.']);
    expect(windowsOf('我养了一只猫。它叫米洛。')).toHaveLength(3);
  });

  test('a long one is cut between sentences, and a sentence without end within', () => {
    const passages = passagesOf(`${'A sentence of some words. '.repeat(60)}${'x'.repeat(1_000)}`);
    expect(passages.join(' ').replaceAll(' ', '')).toHaveLength(60 * 21 + 1_000);
    expect(Math.max(...passages.map(({ length }) => length))).toBeLessThanOrEqual(480);
    expect(passages[0]).toMatch(/words\.$/);
  });
});

test('the same message has the same facts with the same ids; another message, session or patient has others', () => {
  const said = {
    patientId: 'p',
    sessionId: 's',
    id: 'm1',
    recordedAt: '2026-01-01T00:00:00.000Z',
    text: 'I have a cat.',
  };
  const others = [{ id: 'm2' }, { sessionId: 't' }, { patientId: 'q' }];
  const ids = [said, ...others.map((other) => ({ ...said, ...other }))]
    .flatMap((one) => factsOf(one))
    .map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  expect(factsOf(said).map(({ id }) => id)).toEqual(ids.slice(0, 1));
});

test('terms are words without case, accents and endings, in any script; numbers are whole', () => {
  expect(termsOf('Ärztin Müller: 07700900123, allergies!')).toEqual([
    'arzti',
    'mulle',
    '07700900123',
    'aller',
  ]);
  expect(termsOf('我对青霉素过敏').length).toBeGreaterThan(2);
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
    expect(passagesOf(text).flatMap(windowsOf).length).toBeLessThan(400);
    expect(isEmergency(text)).toBeTypeOf('boolean');
    expect(answerTo(text).length).toBeLessThanOrEqual(limits.answerLength);
    expect(answerTo(`${text.slice(0, longest - 1)}?`).length).toBeLessThanOrEqual(limits.answerLength);
  });
});
