import { afterEach, expect, test } from 'vitest';
import { IdReusedError, type Scope, type Stores } from '../../../app/stores/types.ts';
import { answerOf, openMemory, type OpenMemory, type Parts } from './open-memory.ts';

const opened: OpenMemory[] = [];
const open = async (parts: Parts = {}): Promise<OpenMemory> => {
  const memory = await openMemory(parts);
  opened.push(memory);
  return memory;
};
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const scope: Scope = { patientId: 'patient:demo', sessionId: 'session:1' };
const later: Scope = { ...scope, sessionId: 'session:2' };
const broken = (): Promise<never> => Promise.reject(new Error('the store is away'));

/** The stores, with methods of one replaced while `isBroken` says so. */
function breaking<K extends 'cache' | 'index'>(
  kind: K,
  methods: readonly (keyof Stores[K])[],
  isBroken: () => boolean,
): (stores: Stores) => Stores {
  return (stores) => ({
    ...stores,
    [kind]: new Proxy(stores[kind], {
      get: (store: Stores[K], name) => {
        if (isBroken() && methods.includes(name as keyof Stores[K])) return broken;
        const value: unknown = Reflect.get(store, name, store);
        return typeof value === 'function' ? (value.bind(store) as unknown) : value;
      },
    }),
  });
}

test('a message is accepted once; a resend is a duplicate that has the answer, if there is one', async () => {
  const { memory } = await open();
  const message = { id: 'm1', text: 'I have a cat.' };
  const first = await memory.accept(scope, message);
  expect(first).toEqual({ recordedAt: first.recordedAt, duplicate: false });
  expect(await memory.accept(scope, message)).toEqual({ ...first, duplicate: true });
  const { text } = await answerOf(memory, scope, message);
  expect(await memory.accept(scope, message)).toMatchObject({
    ...{ ...first, duplicate: true },
    answer: { text, replyTo: 'm1' },
  });
  await expect(memory.accept(scope, { id: 'm1', text: 'Other' })).rejects.toBeInstanceOf(IdReusedError);
  expect(await memory.history(scope, 10)).toHaveLength(2);
});

test('what was told in one session is quoted in the next, with date and source, in pieces that make up the answer', async () => {
  const { memory, say } = await open();
  await say(scope, 'm1', 'Hello! My cat is called Milo.');
  const { text, pieces, facts } = await say(later, 'm2', "What's the name of my cat?");
  expect(text).toBe('On 2026-11-23 you said: "My cat is called Milo." (message m1)');
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe(text);
  expect(facts).toMatchObject([{ text: 'My cat is called Milo.', sourceId: 'm1' }]);
  expect((await memory.history(later, 10)).map((turn) => turn.text)).toEqual([
    "What's the name of my cat?",
    text,
  ]);
});

test('nothing that the answers say is ever remembered as told', async () => {
  const { memory, say } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  for (let at = 2; at < 6; at += 1) await say(scope, `m${at}`, 'What is my cat called?');
  expect((await memory.context(scope.patientId)).facts).toHaveLength(1);
});

test("another patient's memory is never used", async () => {
  const { say, memory } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  const stranger = { ...scope, patientId: 'patient:other' };
  expect((await say(stranger, 'm1', 'What is my cat called?')).text).toMatch(/^I don't know/);
  expect(await memory.context('patient:other')).toMatchObject({ facts: [] });
});

test('of two things told of the same, the newest is quoted first and the other as earlier', async () => {
  const { say, clock } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  clock.now += 86_400_000;
  await say(scope, 'm2', 'My cat is called Tom.');
  const { text } = await say(later, 'm3', 'What is my cat called?');
  expect(text.split('\n')).toEqual([
    'On 2026-11-24 you said: "My cat is called Tom." (message m2)',
    'Earlier, on 2026-11-23 you said: "My cat is called Milo." (message m1)',
  ]);
});

test('a statement is noted in its own words, and a question beside it is answered', async () => {
  const { say } = await open();
  expect((await say(scope, 'm1', 'My cat is called Milo.')).text).toBe('Noted: “My cat is called Milo.”');
  const { text } = await say(scope, 'm2', 'I have a dog. What is my cat called?');
  expect(text).toBe('Noted: “I have a dog.”\nOn 2026-11-23 you said: "My cat is called Milo." (message m1)');
});

test('two messages with the same id in two sessions do not hide one another', async () => {
  const { say } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  expect((await say(later, 'm1', 'What is my cat called?')).text).toContain('Milo');
});

test('all that is remembered is told when it is asked for', async () => {
  const { say } = await open();
  await say(scope, 'm1', 'I have a cat. I live in York.');
  const { text } = await say(later, 'm2', 'What do you know about me?');
  expect(text).toContain('"I have a cat."');
  expect(text).toContain('"I live in York."');
});

test('while the index is away an answer never says "not told", and what was told meanwhile is found when it is back', async () => {
  const { say, gates, memory } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  gates.qdrant = 'degraded';
  await say(scope, 'm2', 'My dog is called Rex.');
  const known = await say(later, 'm3', 'What is my dog called?');
  expect(known.text).toContain('Rex');
  expect(known.text).toMatch(/search is unavailable/);
  expect(known.degraded).toMatch(/search is unavailable/);
  const unknown = await say(later, 'm4', 'What is my horse called?');
  expect(unknown.text).toMatch(/unavailable.*cannot say/);
  expect(unknown.text).not.toMatch(/don't know/);
  expect(unknown.degraded).toBeDefined();
  gates.qdrant = 'open';
  await memory.reindex();
  const back = await say(later, 'm5', 'What is my dog called?');
  expect(back.text).toContain('Rex');
  expect(back.degraded).toBeUndefined();
});

test('an index that fails without warning degrades the answer and keeps no message from being accepted', async () => {
  let isBroken = true;
  const { say } = await open({ around: breaking('index', ['add', 'search', 'id'], () => isBroken) });
  const noted = await say(scope, 'm1', 'My dog is called Rex.');
  expect(noted.text).toContain('Noted');
  expect((await say(later, 'm2', 'What is my horse called?')).degraded).toBeDefined();
  isBroken = false;
  const { text, degraded } = await say(later, 'm3', 'What is my dog called?');
  expect(text).toContain('Rex');
  expect(degraded, 'what the index lacked was added before it was asked').toBeUndefined();
});

test('an index that was lost is filled again from the record before it is believed', async () => {
  const first = await open();
  await first.say(scope, 'm1', 'My dog is called Rex.');
  const lost = await openMemory({ around: (stores) => ({ ...stores, record: first.stores.record }) });
  const { text, degraded } = await lost.say(later, 'm2', 'What is my dog called?');
  expect({ text: text.includes('Rex'), degraded }).toEqual({ text: true, degraded: undefined });
  await lost.close();
});

test('a cache that is away loses no turn, and is not believed when it is back before it was filled anew', async () => {
  let isBroken = false;
  const { say, memory, gates } = await open({
    around: breaking('cache', ['addTurn', 'fill', 'recentTurns'], () => isBroken),
  });
  await say(scope, 'm1', 'One.');
  isBroken = true;
  await say(scope, 'm2', 'I have a cat.');
  expect(await memory.history(scope, 10)).toHaveLength(4);
  isBroken = false;
  expect(await memory.history(scope, 10)).toHaveLength(4);
  gates.redis = 'closed';
  await say(scope, 'm3', 'I have a dog.');
  gates.redis = 'open';
  const turns = await memory.history(scope, 10);
  expect(turns.map(({ speaker }) => speaker)).toEqual(
    Array.from({ length: 3 }, () => ['patient', 'assistant']).flat(),
  );
  expect(await memory.history(scope, 2)).toEqual(turns.slice(-2));
});

test('the context shows facts and turns of all sessions, and says which stores could not be asked', async () => {
  const { say, memory, gates, stores } = await open();
  await say(scope, 'm1', 'I have a cat.');
  await say(later, 'm2', 'I have a dog.');
  gates.qdrant = 'degraded';
  const context = await memory.context(scope.patientId);
  expect(context.facts.map(({ text }) => text)).toEqual(['I have a dog.', 'I have a cat.']);
  expect(context.recent).toHaveLength(4);
  expect(context.unavailable).toEqual(['qdrant']);
  stores.record.facts = broken;
  expect(await memory.context(scope.patientId)).toMatchObject({
    facts: [],
    unavailable: ['neo4j', 'qdrant'],
  });
});

test('an answer that was given up is not stored', async () => {
  const { memory } = await open();
  const message = { id: 'm1', text: 'What is my cat called?' };
  await memory.accept(scope, message);
  await expect(answerOf(memory, scope, message, AbortSignal.abort(new Error('gone')))).rejects.toThrow(
    'gone',
  );
  expect(await memory.accept(scope, message)).not.toHaveProperty('answer');
});
