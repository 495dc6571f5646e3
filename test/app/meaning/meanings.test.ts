import { expect, onTestFinished, test } from 'vitest';
import type { Embedder, Meaning } from '../../../app/meaning/embedder.ts';
import { emergencyText } from '../../../app/memory/emergency.ts';
import type { Waits } from '../../../app/memory/waits.ts';
import { openMemory, type OpenMemory } from '../memory/open-memory.ts';

/** Knows one thing: pets are like one another, and unlike everything else. */
const meaningOf = (text: string): Meaning => ({
  vector: Float32Array.from(/cat|dog|pet/i.test(text) ? [1, 0] : [0, 1]),
  language: 'en',
});

const opened = async (embed: Embedder['embed'], waits?: Waits): Promise<OpenMemory> => {
  const embedder = { id: 'pets', embed, close: () => Promise.resolve() };
  const open = await openMemory({ embedder, ...(waits ? { waits } : {}) });
  onTestFinished(() => open.close());
  return open;
};
const scope = { patientId: 'p', sessionId: '1' };
const later = { patientId: 'p', sessionId: '2' };

test('what was told is found by meaning', async () => {
  const { say, memory } = await opened((texts) => Promise.resolve(texts.map(({ text }) => meaningOf(text))));
  await say(scope, 'm1', 'Rex is my dog.');
  await say(scope, 'm2', 'We drink tea.');
  expect(memory.searchesByWordsOnly()).toBeUndefined();
  expect((await say(later, 'm3', 'Which pet lives here?')).facts[0]).toMatchObject({
    text: 'Rex is my dog.',
  });
});

test('a danger in one sentence of a message, in any language, puts the text for emergencies above the answer', async () => {
  const { say, memory } = await openMemory({
    embedder: {
      id: 'dangers',
      judges: true,
      embed: (texts) =>
        Promise.resolve(
          texts.map(({ text }) => ({ ...meaningOf(text), danger: text === 'Sie atmet nicht.' ? 1 : -1 })),
        ),
      close: () => Promise.resolve(),
    },
  });
  expect(memory.mode).toBe('extractive');
  const { text } = await say(scope, 'm1', 'Meine Frau liegt am Boden. Sie atmet nicht.');
  expect(text).toBe(`${emergencyText}\n\nNoted: “Meine Frau liegt am Boden. Sie atmet nicht.”`);
  expect((await say(scope, 'm2', 'Sie atmet.')).text).not.toContain(emergencyText);
});

test('an embedder that is away keeps nothing from being stored and found by words, and is said once', async () => {
  const { say, memory, warnings } = await opened(() => Promise.reject(new Error('the embedder is away')));
  await say(scope, 'm1', 'Rex is my dog.');
  const { text, degraded } = await say(later, 'm2', 'What is my dog called?');
  expect(text).toContain('Rex is my dog.');
  expect(degraded).toBe('search by meaning is unavailable');
  expect(memory.searchesByWordsOnly()).toBe('the embedder is away');
  expect(memory.models()).toEqual([{ name: 'embedder', state: 'away', lastError: 'the embedder is away' }]);
  expect(warnings).toEqual(['Search is by words only: nothing can be embedded: the embedder is away']);
});

test('an embedder that never answers keeps a question waiting for a moment only', async () => {
  const waits = { indexMs: 20_000, vectorsMs: 10, questionMs: 10 };
  const { say } = await opened(() => new Promise(() => undefined), waits);
  await say(scope, 'm1', 'Rex is my dog.');
  expect((await say(later, 'm2', 'What is my dog called?')).text).toContain('Rex is my dog.');
});

test('the vectors of what others told keep no question waiting', async () => {
  const { promise: never } = Promise.withResolvers<never>();
  const { say, stores } = await opened(async (texts) =>
    texts.some(({ text }) => text.includes('Milo')) ? never : texts.map(({ text }) => meaningOf(text)),
  );
  await say(scope, 'm1', 'Rex is my dog.');
  await expect.poll(() => stores.index.unembedded('pets', 1), { timeout: 20_000 }).toEqual([]);
  say({ ...scope, patientId: 'other' }, 'm2', 'Milo is my cat.').catch(() => undefined);
  await expect.poll(() => stores.index.unembedded('pets', 1), { timeout: 20_000 }).toHaveLength(1);
  expect((await say(later, 'm3', 'What is my dog called?')).text).toContain('Rex is my dog.');
});

test('while the vectors of another model are made anew, words find, and answers and operators are told', async () => {
  const first = await opened(async (texts) => texts.map(({ text }) => meaningOf(text)));
  for (let at = 0; at < 40; at += 1) await first.say(scope, `t${at}`, `On day ${at} we had tea.`);
  await first.say(scope, 'm1', 'Rex is my dog.');
  await expect.poll(() => first.stores.index.unembedded('pets', 1), { timeout: 20_000 }).toEqual([]);
  const { promise: rebuilt, resolve: rebuild } = Promise.withResolvers<undefined>();
  const embedder: Embedder = {
    id: 'of another model',
    embed: async (texts) => {
      if (texts.some(({ isQuestion }) => !isQuestion)) await rebuilt;
      return texts.map(({ text }) => meaningOf(text));
    },
    close: () => Promise.resolve(),
  };
  const waits = { indexMs: 20_000, vectorsMs: 10, questionMs: 20_000 };
  const second = await openMemory({ embedder, waits, around: () => first.stores });
  onTestFinished(() => second.close());
  await second.memory.reindex();
  await expect.poll(() => second.warnings, { timeout: 20_000 }).toHaveLength(1);
  const gap = 'search by meaning is being rebuilt for another model';
  const { text, degraded } = await second.say(later, 'm2', 'What is my dog called?');
  expect(text).toContain('Rex is my dog.');
  expect(degraded).toBe(gap);
  expect(second.memory.models()).toEqual([{ name: 'embedder', state: 'open', lastError: gap }]);
  rebuild(undefined);
  await expect
    .poll(() => second.stores.index.unembedded('of another model', 1), { timeout: 20_000 })
    .toEqual([]);
  expect((await second.say(later, 'm3', 'Which pet lives here?')).degraded).toBeUndefined();
});

/** A model that says with how many texts it was asked; until `rebuild` it gives questions vectors only. */
function modelOf(id: string, vectorOf: (text: string) => readonly number[], former?: Embedder['former']) {
  const { promise, resolve: rebuild } = Promise.withResolvers<undefined>();
  const embedded: string[] = [];
  const embedder: Embedder = {
    ...{ id, ...(former ? { former } : {}) },
    embed: async (texts) => {
      if (texts.some(({ isQuestion }) => !isQuestion)) await promise;
      embedded.push(...texts.flatMap(({ text, isQuestion }) => (isQuestion ? [] : [text])));
      return texts.map(({ text }) => ({ vector: Float32Array.from(vectorOf(text)), language: 'en' }));
    },
    close: () => Promise.resolve(),
  };
  return { embedder, embedded, rebuild: () => rebuild(undefined) };
}
const isPet = (text: string): boolean => /cat|dog|pet/i.test(text);
const before = () => {
  const model = modelOf('before', (text) => (isPet(text) ? [1, 0] : [0, 1]));
  model.rebuild();
  return model;
};
const after = (former: Embedder['former']) =>
  modelOf('after', (text) => (isPet(text) ? [0, 0, 1] : [0, 1, 0]), former);

/** A memory of 40 days and a dog that the model before has embedded, and one of the model after over the same stores. */
async function changed(former: (before: Embedder) => Embedder['former']) {
  const old = before();
  const first = await openMemory({ embedder: old.embedder });
  onTestFinished(() => first.close());
  for (let at = 0; at < 40; at += 1) await first.say(scope, `t${at}`, `On day ${at} we had tea.`);
  await first.say(scope, 'm1', 'Rex is my dog.');
  await expect
    .poll(() => first.stores.index.meaningsHeld('before'), { timeout: 20_000 })
    .toEqual({ isWhole: true, others: [] });
  const now = after(former(old.embedder));
  const waits = { indexMs: 20_000, vectorsMs: 50, questionMs: 20_000 };
  const second = await openMemory({ embedder: now.embedder, waits, around: () => first.stores });
  onTestFinished(() => second.close());
  await second.memory.reindex();
  await expect.poll(() => second.warnings, { timeout: 20_000 }).toHaveLength(1);
  return { old, now, first, ...second, index: first.stores.index };
}

test('while another model embeds, the model before answers by meaning, also what is told meanwhile; then its vectors are gone', async () => {
  const { now, say, memory, index, warnings } = await changed(
    (old) => (id) => (id === old.id ? old : undefined),
  );
  expect(warnings[0]).toContain('meanwhile it finds by the vectors of the model before');
  const asked = await say(later, 'm2', 'Which pet lives here?');
  expect(asked.facts[0]?.text).toBe('Rex is my dog.');
  expect(asked.degraded).toBeUndefined();
  await say(later, 'm3', 'Milo is my cat.');
  await expect.poll(() => index.unembedded('before', 9), { timeout: 20_000 }).toEqual([]);
  const texts = (await say(later, 'm4', 'Which pets are here?')).facts.map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(['Rex is my dog.', 'Milo is my cat.']));
  expect(now.embedded).toEqual([]);
  expect(memory.models()).toEqual([{ name: 'embedder', state: 'open', lastError: null }]);
  now.rebuild();
  await expect
    .poll(() => index.meaningsHeld('after'), { timeout: 20_000 })
    .toEqual({ isWhole: true, others: [] });
  expect((await say(later, 'm5', 'Which pet is here?')).facts[0]?.text).toMatch(/dog|cat/);
  expect(now.embedded).toContain('Rex is my dog.');
});

test('a question that another model overtakes is asked once more, of that one', async () => {
  const swap = { now: async () => Promise.resolve() };
  const { now, say, index } = await changed((old) => (id) => ({
    ...old,
    id,
    embed: async (texts) => {
      if (texts.some(({ text, isQuestion }) => isQuestion && text.includes('lives here'))) await swap.now();
      return old.embed(texts);
    },
  }));
  swap.now = async () => {
    now.rebuild();
    await expect
      .poll(() => index.meaningsHeld('after'), { timeout: 20_000 })
      .toEqual({ isWhole: true, others: [] });
  };
  const { facts, degraded } = await say(later, 'm2', 'Which pet lives here?');
  expect(facts[0]?.text).toBe('Rex is my dog.');
  expect(degraded).toBeUndefined();
});

test('a model before that answers no more is said once, and words find until the other one is done', async () => {
  const state = { isAway: false };
  const { say, warnings } = await changed((old) => (id) => ({
    ...old,
    id,
    embed: (texts) => (state.isAway ? Promise.reject(new Error('it is gone')) : old.embed(texts)),
  }));
  state.isAway = true;
  const { degraded, text } = await say(later, 'm2', 'What is my dog called?');
  expect(text).toContain('Rex is my dog.');
  expect(degraded).toMatch(/search by meaning is (unavailable|being rebuilt)/);
  await expect.poll(() => warnings, { timeout: 20_000 }).toHaveLength(2);
  expect(warnings[1]).toBe(
    'The embedding model before does not answer any more; what is not embedded anew is found by words: it is gone',
  );
  expect((await say(later, 'm3', 'Who is my dog?')).degraded).toBe(
    'search by meaning is being rebuilt for another model',
  );
});

test('back at the model before, in the middle of another one, nothing is embedded again', async () => {
  const { old, memory, index, first } = await changed(() => undefined);
  const [window] = await index.unembedded('after', 1);
  if (!window) throw new Error('nothing was embedded yet');
  const meaning = { vector: Float32Array.from([0, 0, 1]), language: 'en' };
  await index.addMeanings('after', [{ ...window, meaning }]);
  await memory.close();
  const count = old.embedded.length;
  const back = await openMemory({ embedder: old.embedder, around: () => first.stores });
  onTestFinished(() => back.close());
  await back.memory.reindex();
  const { facts, degraded } = await back.say(
    { patientId: 'p', sessionId: '3' },
    'm9',
    'Which pet lives here?',
  );
  expect(facts[0]?.text).toBe('Rex is my dog.');
  expect(degraded).toBeUndefined();
  expect(back.warnings).toEqual([]);
  expect(old.embedded.slice(count).filter((text) => !text.includes('lives here'))).toEqual([]);
});
