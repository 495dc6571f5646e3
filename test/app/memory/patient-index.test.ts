import { expect, test } from 'vitest';
import { packed } from '../../../app/meaning/packed-vector.ts';
import { PatientIndex } from '../../../app/memory/recall/patient-index.ts';
import { termsOf } from '../../../app/memory/recall/terms.ts';

const vector = Float32Array.from([1, 0]);
const indexOf = (windows: readonly { readonly text: string; readonly asks: number }[]): PatientIndex => {
  const index = new PatientIndex();
  for (const [at, { text, asks }] of windows.entries())
    index.add(at, { factId: text, terms: termsOf(text), asks, language: 'en', vector: packed(vector) });
  return index;
};

test('a question without a word is searched by what it means', () => {
  const index = indexOf([{ text: 'I have a cat.', asks: 0 }]);
  const [hit] = index.search({ terms: [], vector, limit: 9 });
  expect(hit).toMatchObject({ factId: 'I have a cat.', words: 0, score: 1 });
});

test('what asks comes behind all that tells, and a fact that is excepted is as if it were not there', () => {
  const told = [
    { text: 'My cat is called Milo.', asks: 0.1 },
    { text: 'I drink tea.', asks: 0 },
  ];
  const asked = { text: 'my cat, what is it called', asks: 0.8 };
  const question = { terms: termsOf('What is my cat called?'), vector, limit: 9 };
  const alone = indexOf(told).search(question);
  const beside = indexOf([asked, ...told, asked]).search(question);
  expect(beside.slice(0, 2)).toEqual(alone);
  expect(beside.at(-1)?.factId).toBe(asked.text);
  const now = { text: 'What is my cat called', asks: 0 };
  const except = new Set([now.text]);
  expect(indexOf([now, ...told]).search({ ...question, except })).toEqual(alone);
});

test('what may ask or tell is set back, not hidden, unless it has the very words of the question', () => {
  const drops = { text: 'Every evening ten drops, what else.', asks: 0.7 };
  const question = { terms: termsOf('How many drops every evening?'), vector, limit: 9 };
  const tea = { text: 'I drink tea.', asks: 0.2 };
  const hits = indexOf([drops, { ...tea, asks: 0 }]).search(question);
  expect(hits.map(({ factId }) => factId)).toEqual([tea.text, drops.text]);
  const turned = Float32Array.from([0.2, 1]);
  const index = indexOf([drops]);
  index.add(9, {
    factId: tea.text,
    terms: termsOf(tea.text),
    asks: 0,
    language: 'en',
    vector: packed(turned),
  });
  expect(index.search(question).map(({ factId }) => factId)).toEqual([drops.text, tea.text]);
  const again = index.search({ ...question, terms: termsOf(drops.text) });
  expect(again.map(({ factId, asks }) => ({ factId, asks }))).toEqual([
    { factId: tea.text, asks: 0 },
    { factId: drops.text, asks: 1 },
  ]);
});
