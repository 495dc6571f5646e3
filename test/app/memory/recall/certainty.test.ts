import { describe, expect, it, test } from 'vitest';
import { certaintyOf, evidenceOf, evidences, type AskedOf } from '../../../../app/memory/recall/certainty.ts';
import models from '../../../../app/memory/recall/certainty.json' with { type: 'json' };
import { setBackOf } from '../../../../app/memory/recall/ranking.ts';
import type { Hit } from '../../../../app/stores/types.ts';

const usualAnswer = models.judges.english.evidence.answers.mean;

const hit = (changed: Partial<Hit> = {}): Hit => ({
  ...{ factId: 'f', score: 0.5, words: 0.1, meaning: 0.4, asks: 0, language: 'en', answers: usualAnswer },
  ...changed,
});

describe.each(Object.entries(models.judges))('the model for %s', (_, { evidence, related, answered }) => {
  it('is never less certain for more likeness, more words or a greater lead', () => {
    for (const name of evidences) expect(evidence[name].weight).toBeGreaterThanOrEqual(0);
  });

  it('takes more for an answer than for something related', () => {
    expect(answered).toBeGreaterThanOrEqual(related);
  });
});

test('every language with enough labels has thresholds of its own', () => {
  expect(Object.keys(models.languages).sort()).toEqual(['de', 'en', 'es', 'fr', 'pt', 'ru', 'zh']);
});

test('that a turn is set back in rank since it may ask, takes nothing from its likeness, words and answer', () => {
  const asked: AskedOf = { language: 'en', usual: { multilingual: 0.2, minilm: 0.3 } };
  const told = evidenceOf(asked, [hit()]);
  const mayAsk = evidenceOf(asked, [hit({ asks: 0.7, score: 0.5 - setBackOf(0.7) })]);
  expect(mayAsk).toEqual(told);
});

describe('an answer that is as sure as can be', () => {
  const usual = { multilingual: 0, minilm: 0 };
  const sure = (changed: Partial<Hit> = {}): Hit[] => [
    hit({ score: 2, words: 1, meaning: 1, answers: 1_000, ...changed }),
  ];

  test('is answered', () => {
    expect(certaintyOf({ language: 'en', usual }, sure())).toBe('answered');
  });

  test('is related in a language without labels', () => {
    expect(certaintyOf({ language: 'sv', usual }, sure({ language: 'sv' }))).toBe('related');
  });

  test('is related if it may ask, and nothing if it surely does', () => {
    expect(certaintyOf({ language: 'en', usual }, sure({ asks: 0.7 }))).toBe('related');
    expect(certaintyOf({ language: 'en', usual }, sure({ asks: 0.95 }))).toBe('nothing');
  });
});

test('the same likeness is nothing for a question that every turn resembles', () => {
  const of = (usual: number): string =>
    certaintyOf({ language: 'en', usual: { multilingual: usual, minilm: usual } }, [hit()]);
  expect(of(0.1)).not.toBe('nothing');
  expect(of(9)).toBe('nothing');
});
