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
const [scope, later] = ['1', '2'].map((sessionId) => ({ patientId: 'p', sessionId }));
if (!scope || !later) throw new Error('there are two sessions');

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
