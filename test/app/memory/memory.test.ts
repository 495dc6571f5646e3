import { afterEach, expect, test } from 'vitest';
import type { LanguageModel } from '../../../app/llm/chat-completions.ts';
import type { Embedder } from '../../../app/meaning/embedder.ts';
import { IdReusedError, UnknownOutcomeError, type Scope, type Stores } from '../../../app/stores/types.ts';
import { answerOf, historyOf, openMemory, type OpenMemory, type Parts } from './open-memory.ts';

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

/** A store with other methods in place of its own. */
const replaced = <S extends object>(store: S, methods: Partial<S>): S =>
  new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

/** The stores, with methods of one replaced while `isBroken` says so. */
function breaking<K extends keyof Stores>(
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
  const { event } = first;
  expect(first).toEqual({ event, isDuplicate: false, isRemembered: true });
  expect(event).toMatchObject({ kind: 'turn', turn: { ...message, offset: 1 } });
  expect(await memory.accept(scope, message)).toEqual({ event, isDuplicate: true, isRemembered: false });
  const { text } = await answerOf(memory, scope, message);
  expect(await memory.accept(scope, message)).toMatchObject({
    ...{ event, isDuplicate: true },
    outcome: { kind: 'answer', turn: { text } },
  });
  await expect(memory.accept(scope, { id: 'm1', text: 'Other' })).rejects.toBeInstanceOf(IdReusedError);
  expect(await historyOf(memory, scope, 10)).toHaveLength(2);
});

/** A model that says the facts it was given, word by word. */
const quoting: LanguageModel = {
  async *stream([rules]) {
    yield* (/^- (.*)$/m.exec(rules?.content ?? '')?.[1] ?? 'Nothing.').split(/(?= )/);
  },
};

test('what was told in one session is quoted in the next, with date and source, in pieces that make up the answer', async () => {
  const { memory, say } = await open({ llm: quoting });
  await say(scope, 'm1', 'My cat is called Milo.');
  const { text, pieces, facts } = await say(later, 'm2', "What's the name of my cat?");
  expect(text).toBe('2026-11-23, message "m1": "My cat is called Milo."');
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe(text);
  expect(facts).toMatchObject([{ text: 'My cat is called Milo.', sourceId: 'm1' }]);
  expect((await historyOf(memory, later, 10)).map((turn) => turn.text)).toEqual([
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
  expect((await say(stranger, 'm1', 'What is my cat called?')).text).toBe(
    'I did not find that in what you told me.',
  );
  expect(await memory.context('patient:other')).toMatchObject({ facts: [] });
});

test('of two things told of the same, the newest is quoted first and the other as earlier', async () => {
  const { say, clock } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  clock.now += 86_400_000;
  await say(scope, 'm2', 'My cat is called Tom.');
  const { text } = await say(later, 'm3', 'What is my cat called?');
  // How certain it is, with two answers to one question, is the calibration's to say.
  expect(text.split('\n')).toEqual([
    expect.stringMatching(/\b[Yy]ou said on 24 November 2026: "My cat is called Tom\." \(message m2\)$/),
    'Earlier, you said on 23 November 2026: "My cat is called Milo." (message m1)',
  ]);
});

test('a statement is noted in its own words, and a question beside it is answered', async () => {
  const { say } = await open();
  expect((await say(scope, 'm1', 'My cat is called Milo.')).text).toBe('Noted: “My cat is called Milo.”');
  const { text } = await say(scope, 'm2', 'I have a dog. What is my cat called?');
  expect(text).toBe(
    'Noted: “I have a dog.”\nYou said on 23 November 2026: "My cat is called Milo." (message m1)',
  );
});

test('two messages with the same id in two sessions do not hide one another', async () => {
  const { say } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  expect((await say(later, 'm1', 'What is my cat called?')).text).toContain('Milo');
});

test('while the index is away an answer never says "not told", and what was told meanwhile is found when it is back', async () => {
  const { say, gates, memory } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  gates.qdrant = 'degraded';
  await say(scope, 'm2', 'My dog is called Rex.');
  const known = await say(later, 'm3', 'What is my dog called?');
  expect(known.text).toContain('Rex');
  expect(known.degraded).toMatch(/search is unavailable/);
  const unknown = await say(later, 'm4', 'What is my horse called?');
  expect(unknown.text).toMatch(/could not look through all of it/);
  expect(unknown.degraded).toBeDefined();
  gates.qdrant = 'open';
  await memory.reindex();
  const back = await say(later, 'm5', 'What is my dog called?');
  expect(back.text).toContain('Rex');
  expect(back.degraded).toBeUndefined();
});

/** Never done. */
const stuck = (): Promise<never> => new Promise(() => undefined);

/** Knows one thing: pets are like one another, and unlike everything else. */
const pets: Embedder = {
  id: 'pets',
  embed: async (all) =>
    all.map(({ text }) => ({
      vector: Float32Array.from(/dog|pet/i.test(text) ? [1, 0] : [0, 1]),
      language: 'en',
    })),
  close: async () => undefined,
};

test.each([
  ['by words', undefined, 'What is my dog called?'],
  ['by meaning', pets, 'Which pet lives here?'],
])(
  'what another process acknowledged a moment ago is found %s before it is in the index',
  async (_how, embedder, question) => {
    let index: Stores['index'] | undefined;
    const one = await open({
      around: (stores) => {
        ({ index } = stores);
        return { ...stores, index: replaced(stores.index, { add: stuck }) };
      },
    });
    const other = await beside(one, embedder ? { embedder } : {}, index ? { index } : {});
    for (const [at, text] of ['I drink tea.', 'My knee hurts.', 'I live in Porto.'].entries())
      await other.say(later, `t${at}`, text);
    await one.memory.accept(scope, { id: 'm1', text: 'My dog is called Rex.' });
    const { facts, degraded } = await other.say(later, 'm2', question);
    expect(facts[0]).toMatchObject({ text: 'My dog is called Rex.' });
    expect(degraded).toBeUndefined();
  },
);

test('an answer does not wait until its own message is indexed', async () => {
  const { say } = await open({
    around: (stores) => ({ ...stores, index: replaced(stores.index, { add: stuck }) }),
  });
  expect((await say(scope, 'm1', 'My dog is called Rex.')).text).toContain('Noted');
});

test('an index that takes no writes is still searched, beside what it lacks', async () => {
  let isReadOnly = false;
  const { say, memory } = await open({ around: breaking('index', ['add'], () => isReadOnly) });
  await say(scope, 'm1', 'My cat is called Milo.');
  isReadOnly = true;
  for (let at = 0; at < 210; at += 1)
    await memory.accept(scope, { id: `tea${at}`, text: `On day ${at} we had tea.` });
  await say(scope, 'm2', 'My dog is called Rex.');
  expect((await say(later, 'm3', 'What is my cat called?')).text).toContain('Milo');
  const { text, degraded } = await say(later, 'm4', 'What is my dog called?');
  expect(text).toContain('Rex');
  expect(degraded).toBe('the search index lacks more than the last 200 facts');
});

test('what another process is adding to the index is not added twice, and is found meanwhile', async () => {
  const { say, gates, memory, stores } = await open({
    around: (all) => ({ ...all, record: replaced(all.record, { claimIndexing: async () => false }) }),
  });
  gates.qdrant = 'degraded';
  await say(scope, 'm1', 'My dog is called Rex.');
  gates.qdrant = 'open';
  await memory.reindex();
  expect(await stores.index.search(scope.patientId, { text: 'dog', limit: 9 })).toEqual([]);
  const { text, degraded } = await say(later, 'm2', 'What is my dog called?');
  expect({ text, degraded }).toEqual({ text: expect.stringContaining('Rex') as string, degraded: undefined });
});

test('an answer waits a moment for another process that adds much', async () => {
  let isClaimedElsewhere = true;
  const claims: boolean[] = [];
  const { say, gates, memory } = await open({
    around: (all) => {
      const claimIndexing = async (): Promise<boolean> => {
        claims.push(!isClaimedElsewhere);
        return !isClaimedElsewhere;
      };
      return { ...all, record: replaced(all.record, { claimIndexing }) };
    },
  });
  gates.qdrant = 'degraded';
  await say(scope, 'm1', 'My dog is called Rex.');
  for (let at = 0; at < 210; at += 1)
    await memory.accept(scope, { id: `tea${at}`, text: `On day ${at} we had tea.` });
  gates.qdrant = 'open';
  const answering = say(later, 'm2', 'What is my dog called?');
  await expect.poll(() => claims.length, { timeout: 20_000 }).toBeGreaterThan(2);
  isClaimedElsewhere = false;
  const { text, degraded } = await answering;
  expect({ text, degraded }).toEqual({ text: expect.stringContaining('Rex') as string, degraded: undefined });
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

test('an index that was set back to an earlier copy is noticed, said, and filled again', async () => {
  const one = await open();
  await one.say(scope, 'm1', 'My cat is called Milo.');
  await one.say(scope, 'm2', 'My dog is called Rex.');
  // An empty index under the same id.
  const id = await one.stores.index.id();
  const { index: empty } = (await open()).stores;
  let isRenewed = false;
  const renew = async (): Promise<void> => void (isRenewed = true);
  const index = replaced(empty, { id: async () => (isRenewed ? 'another' : id), renew });
  const other = await beside(one, {}, { index });
  await other.memory.reindex();
  expect(other.warnings).toEqual([
    'The search index lost facts, and is filled again from the record: It holds 0 of the 2 facts that were added to it. Was it set back to an earlier copy?',
  ]);
  expect(await index.search(scope.patientId, { text: 'dog cat', limit: 9 })).toHaveLength(2);
  await other.memory.reindex({ wasAway: true });
  expect(other.warnings).toHaveLength(1);
});

test('an index that takes no writes is said once, and again when it did meanwhile', async () => {
  let isReadOnly = true;
  const { memory, warnings } = await open({ around: breaking('index', ['proveWritable'], () => isReadOnly) });
  await expect(memory.reindex()).rejects.toThrow('the store is away');
  await expect(memory.reindex({ wasAway: true })).rejects.toThrow('the store is away');
  expect(memory.index()).toEqual({ writable: false, lastError: 'the store is away' });
  expect(warnings).toEqual([
    'The search index takes no writes; what it lacks is searched in the record: the store is away',
  ]);
  isReadOnly = false;
  await memory.reindex({ wasAway: true });
  expect(memory.index()).toEqual({ writable: true, lastError: null });
});

test('a cache that is away loses no turn, and is not believed when it is back before it was filled anew', async () => {
  let isBroken = false;
  const { say, memory, gates } = await open({
    around: breaking('cache', ['addTurn', 'fill', 'recentTurns'], () => isBroken),
  });
  await say(scope, 'm1', 'One.');
  isBroken = true;
  await say(scope, 'm2', 'I have a cat.');
  expect(await historyOf(memory, scope, 10)).toHaveLength(4);
  isBroken = false;
  expect(await historyOf(memory, scope, 10)).toHaveLength(4);
  gates.redis = 'closed';
  await say(scope, 'm3', 'I have a dog.');
  gates.redis = 'open';
  const turns = await historyOf(memory, scope, 10);
  expect(turns.map(({ speaker }) => speaker)).toEqual(
    Array.from({ length: 3 }, () => ['patient', 'assistant']).flat(),
  );
  expect(await historyOf(memory, scope, 2)).toEqual(turns.slice(-2));
  expect(await historyOf(memory, scope, 3), 'no answer without its message').toEqual(turns.slice(-2));
});

/** Another process over the same stores. */
const beside = (first: OpenMemory, parts: Parts = {}, other: Partial<Stores> = {}): Promise<OpenMemory> =>
  open({ ...parts, around: () => ({ ...first.stores, ...other }) });
const texts = async ({ memory }: OpenMemory): Promise<string[]> =>
  (await historyOf(memory, scope, 10)).map(({ text }) => text);

test('a session is cached from its first message: a client that is back costs no reading of its turns', async () => {
  const one = await open({ around: breaking('record', ['history'], () => true) });
  await one.say(scope, 'm1', 'I have a cat.');
  expect(await texts(one)).toEqual(['I have a cat.', 'Noted: “I have a cat.”']);
});

test('a turn that one replica stored while its cache was away is shown by another, whose cache was not', async () => {
  const one = await open();
  const other = await beside(one);
  await one.say(scope, 'm1', 'I have a cat.');
  expect(await texts(other)).toHaveLength(2);
  one.gates.redis = 'closed';
  await one.say(scope, 'm2', 'I have a dog.');
  one.gates.redis = 'open';
  expect((await texts(other)).slice(2)).toEqual(['I have a dog.', 'Noted: “I have a dog.”']);
});

test('a turn stored while the cache was away is shown by a process started since', async () => {
  const one = await open();
  await one.say(scope, 'm1', 'I have a cat.');
  await texts(one);
  one.gates.redis = 'closed';
  await one.say(scope, 'm2', 'I have a dog.');
  expect((await texts(await beside(one))).slice(2)).toEqual(['I have a dog.', 'Noted: “I have a dog.”']);
});

test('a cache that comes back with older contents is not believed', async () => {
  const one = await open();
  await one.say(scope, 'm1', 'I have a cat.');
  await texts(one);
  const dump = await one.stores.cache.recentTurns(scope, 10);
  await one.say(scope, 'm2', 'I have a dog.');
  const { cache } = (await open()).stores;
  if (dump) await cache.fill(scope, dump);
  const other = await beside(one, {}, { cache });
  expect(await texts(other)).toEqual(await texts(one));
  await other.say(scope, 'm3', 'I have a fish.');
  expect(await texts(other)).toHaveLength(6);
});

test('an answer whose process ended is taken up by another one when the lease has run out', async () => {
  const ended = await open({ leaseMs: 0 });
  const living = await beside(ended);
  const message = { id: 'm1', text: 'I have a cat.' };
  await ended.memory.accept(scope, message);
  expect(await living.memory.owed(9)).toEqual([{ ...scope, messageId: 'm1', text: 'I have a cat.' }]);
  const { text } = await answerOf(living.memory, scope, message);
  expect(text).toBe('Noted: “I have a cat.”');
  expect(await living.memory.owed(9)).toEqual([]);
  expect((await answerOf(ended.memory, scope, message)).text, 'the stored one wins').toBe(text);
  expect(await texts(living)).toHaveLength(2);
});

test('an answer that another process is making is waited for, and is the same one', async () => {
  const { promise: half, resolve: goOn } = Promise.withResolvers<undefined>();
  const llm: LanguageModel = {
    async *stream() {
      yield 'Half ';
      await half;
      yield 'and whole.';
    },
  };
  const owner = await open({ llm });
  const other = await beside(owner);
  const message = { id: 'm1', text: 'I have a cat.' };
  await owner.memory.accept(scope, message);
  const made = answerOf(owner.memory, scope, message);
  expect(await other.memory.accept(scope, message)).toMatchObject({ isDuplicate: true });
  const waited = answerOf(other.memory, scope, message);
  goOn(undefined);
  expect((await made).text).toBe('Half and whole.');
  expect((await waited).text).toBe('Half and whole.');
});

test('an answer is given up, and the failure stored, when three attempts ended with their process', async () => {
  const ended = await open({ leaseMs: 0 });
  const message = { id: 'm1', text: 'I have a cat.' };
  await ended.memory.accept(scope, message);
  for (const owner of ['second', 'third'])
    expect(await ended.stores.record.claim(scope, 'm1', { owner, leaseMs: 0 })).toHaveProperty('claim');
  const living = await beside(ended);
  await expect(answerOf(living.memory, scope, message)).rejects.toThrow('No answer could be made');
  expect((await ended.stores.record.events(scope, 0, 9)).map(({ kind }) => kind)).toEqual(['turn', 'failed']);
  expect(await living.memory.owed(9)).toEqual([]);
  await living.memory.accept(scope, message);
  expect(await living.memory.owed(9), 'sent again, it is owed, even if this process ends now').toHaveLength(
    1,
  );
  expect((await answerOf(living.memory, scope, message)).text).toContain('cat');
});

test('a failure that another process stored is no turn, also to one that is too late with an answer', async () => {
  const late = await open();
  const message = { id: 'm1', text: 'I have a cat.' };
  await late.memory.accept(scope, message);
  const { record } = late.stores;
  const turn = { id: 'a1', speaker: 'assistant', text: '', recordedAt: '2026-11-23T09:00:00.000Z' } as const;
  const claim = { ...scope, messageId: 'm1', attempt: 1, tries: 1 };
  await record.settle(claim, { kind: 'failed', turn: { ...turn, replyTo: 'm1' }, facts: [] });
  await expect(answerOf(late.memory, scope, message)).rejects.toThrow('No answer could be made');
  expect(await historyOf(late.memory, scope, 9)).toMatchObject([{ id: 'm1', failed: true }]);
});

test.each([false, true])(
  'an answer is stored once, and is no failure, when its commit is of unknown outcome (stored: %s)',
  async (isStored) => {
    let lost = 1;
    const around = (stores: Stores): Stores => {
      const { record } = stores;
      const settle: Stores['record']['settle'] = async (claim, outcome) => {
        if (lost === 0) return record.settle(claim, outcome);
        lost -= 1;
        if (isStored) await record.settle(claim, outcome);
        throw new UnknownOutcomeError(new Error('the connection was lost'));
      };
      return { ...stores, record: replaced(record, { settle }) };
    };
    const { say, stores } = await open({ around });
    expect((await say(scope, 'm1', 'I have a cat.')).text).toBe('Noted: “I have a cat.”');
    expect((await stores.record.events(scope, 0, 9)).map(({ kind }) => kind)).toEqual(['turn', 'answer']);
  },
);

test('a process that ends hands its answers over at once', async () => {
  const leaving = await open();
  const staying = await beside(leaving);
  await leaving.memory.accept(scope, { id: 'm1', text: 'I have a cat.' });
  expect(await staying.memory.owed(9)).toEqual([]);
  await leaving.memory.handOver();
  expect(await staying.memory.owed(9)).toHaveLength(1);
});

test('a resent message has the answer with the facts it used', async () => {
  const { say, memory } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  const { text, facts } = await say(later, 'm2', 'What is my cat called?');
  const again = await memory.accept(later, { id: 'm2', text: 'What is my cat called?' });
  expect(facts).toHaveLength(1);
  expect(again.outcome).toMatchObject({ turn: { text }, facts });
});

test('what was said last is quoted first, although its clock was behind', async () => {
  const { say, clock } = await open();
  await say(scope, 'm1', 'My cat is called Milo.');
  clock.now -= 86_400_000;
  await say(scope, 'm2', 'My cat is called Tom.');
  const { text } = await say(later, 'm3', 'What is my cat called?');
  expect(text.split('\n')).toEqual([
    expect.stringMatching(/\b[Yy]ou said .* "My cat is called Tom\."/),
    expect.stringMatching(/^Earlier, you said .* "My cat is called Milo\."/),
  ]);
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
