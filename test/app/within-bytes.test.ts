import { describe, expect, test } from 'vitest';
import { fittingContext } from '../../app/http/fitting-context.ts';
import { cutAt, withinBytes } from '../../app/within-bytes.ts';
import { fittingHistory } from '../../app/memory/opening.ts';
import { limits, type Turn } from '../../contract/protocol.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const turn = (id: string, text: string): Turn => ({
  id,
  offset: 1,
  speaker: 'assistant',
  text,
  recordedAt: '2026-01-01T00:00:00.000Z',
});

test('a newest turn larger than a welcome may be is shown by its beginning, not left out', () => {
  const shown = fittingHistory([turn('1', 'old'), turn('2', 'ab'.repeat(400_000))]);
  expect(shown.map(({ id }) => id)).toEqual(['2']);
  expect(shown[0]?.text).toMatch(/^abab.*…$/);
  expect(bytesOf(shown)).toBeLessThan(limits.bufferedBytes / 2 + 10);
  expect(bytesOf(shown)).toBeGreaterThan(limits.bufferedBytes / 3);
});

test.each([
  ['letters of two bytes', 'ü'],
  ['halves of emoji', '💊'],
  ['characters that JSON escapes', '\u0001'],
])('a cut text of %s fits and is well-formed', (_what, letter) => {
  const [shown] = withinBytes([turn('1', letter.repeat(50_000))], 10_000);
  expect(bytesOf(shown)).toBeLessThanOrEqual(10_000);
  expect(shown?.text.isWellFormed()).toBe(true);
});

describe('the context of a patient', () => {
  test('has the newest facts and turns that fit its bytes', () => {
    const text = 'ü'.repeat(16_000);
    const facts = Array.from({ length: 100 }, (_, at) => ({ ...turn(String(at), text), sourceId: 'm' }));
    const recent = Array.from({ length: 20 }, (_, at) => turn(String(at), text));
    const context = fittingContext({ patientId: 'p', facts, recent, unavailable: [] });
    expect(bytesOf(context)).toBeLessThan(limits.contextBytes + 1_000);
    expect(context.facts[0]?.id, 'facts come newest first').toBe('0');
    expect(context.recent.at(-1)?.id, 'turns come newest last').toBe('19');
    expect(context.recent.length).toBeGreaterThan(2);
  });

  test('has room for the facts that still hold, too', () => {
    const text = 'ü'.repeat(16_000);
    const said = Array.from({ length: 50 }, (_, at) => ({ ...turn(String(at), text), sourceId: 'm' }));
    const held = said.map((one) => ({ ...one, subject: 'patient', predicate: 'takes', value: 'aspirin' }));
    const context = fittingContext({ patientId: 'p', facts: said, held, recent: said, unavailable: [] });
    expect(bytesOf(context)).toBeLessThan(limits.contextBytes + 1_000);
    expect(context.held?.[0]?.id, 'they come newest first').toBe('0');
  });
});

test('a text that is short enough is not cut', () => {
  expect(cutAt('short', 5)).toBe('short');
  expect(cutAt('longer', 5)).toBe('long…');
});
