import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Embedder, Meaning } from '../../app/meaning/embedder.ts';
import { QdrantSearchIndex } from '../../app/stores/qdrant/search-index.ts';
import type { AskedMeaning, Stores } from '../../app/stores/types.ts';
import { openMemory, type OpenMemory } from '../app/memory/open-memory.ts';
import { forSuite } from '../servers/for-suite.ts';
import { freePort } from '../servers/ports.ts';
import { startQdrant, type QdrantServer } from '../servers/qdrant/qdrant.ts';
import { envOf } from './real.ts';
import { fact, newScope, searchIndexFacts } from './store-suite.ts';

const indexOf = (
  { host, port, apiKey }: Omit<QdrantServer, 'url' | 'stop'>,
  collection = `memory-${randomUUID()}`,
  now?: () => number,
): QdrantSearchIndex =>
  new QdrantSearchIndex(
    envOf({
      QDRANT_HOST: host,
      QDRANT_PORT: String(port),
      QDRANT_API_KEY: apiKey,
      QDRANT_COLLECTION: collection,
      STORE_TIMEOUT: '10000',
    }),
    now,
  );

/** Knows one thing: pets are like one another, and unlike everything else. */
const meaningOf = (text: string): Meaning => ({
  vector: Float32Array.from(/cat|dog|pet/i.test(text) ? [1, 0, 0] : [0, 1, 0]),
  language: 'en',
});
const asked = (text: string, embedder = 'pets'): AskedMeaning => ({ embedder, meaning: meaningOf(text) });

async function embedAll(index: QdrantSearchIndex, embedder = 'pets'): Promise<number> {
  const windows = await index.unembedded(embedder, 100);
  const embedded = windows.map((window) => ({ ...window, meaning: meaningOf(window.text) }));
  await index.addMeanings(embedder, embedded);
  return windows.length;
}

interface Marked {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Listed {
  readonly result: { readonly collections: readonly { readonly name: string }[] };
}

describe("Qdrant's engine", () => {
  const qdrant = forSuite(() => startQdrant());
  searchIndexFacts(() => indexOf(qdrant()));

  test("never finds another patient's fact by its meaning", async () => {
    const index = indexOf(qdrant());
    await index.add([fact(newScope().patientId, 'Rex is my dog.')]);
    await embedAll(index);
    const question = 'Which pet is mine?';
    expect(
      await index.search(newScope().patientId, { text: question, limit: 5, asked: asked(question) }),
    ).toEqual([]);
  });

  test('a search that it refuses fails alone, not those that it was asked together with', async () => {
    const index = indexOf(qdrant());
    const { patientId } = newScope();
    const dog = fact(patientId, 'Rex is my dog.');
    await index.add([dog]);
    await embedAll(index);
    const question = 'Which pet is mine?';
    const wrong = { embedder: 'pets', meaning: { vector: Float32Array.from([1]), language: 'en' } };
    const search = (how: AskedMeaning) => index.search(patientId, { text: question, limit: 5, asked: how });
    const [first, refused, last] = await Promise.allSettled(
      [asked(question), wrong, asked(question)].map(search),
    );
    expect(refused?.status).toBe('rejected');
    for (const one of [first, last])
      expect(one).toMatchObject({ status: 'fulfilled', value: [{ factId: dog.id }] });
  });

  test('finds by meaning what no word gives away, when there is an embedder', async () => {
    const index = indexOf(qdrant());
    const { patientId } = newScope();
    const [dog, tea] = [fact(patientId, 'Rex is my dog.'), fact(patientId, 'I drink tea.')];
    await index.add([dog, tea]);
    await embedAll(index);
    const question = 'Which pet lives here?';
    const [best] = await index.search(patientId, { text: question, limit: 5, asked: asked(question) });
    expect(best).toMatchObject({ factId: dog.id, meaning: 1, language: 'en' });
  });

  test('the vectors of another model, or after a loss, are made anew; until then words find', async () => {
    const collection = `memory-${randomUUID()}`;
    const index = indexOf(qdrant(), collection);
    const { patientId } = newScope();
    await index.add([fact(patientId, 'Rex is my dog.')]);
    expect(await embedAll(index)).toBe(1);
    expect(await embedAll(index)).toBe(0);
    expect(
      await index.search(patientId, { text: 'dog', limit: 5, asked: asked('dog', 'other') }),
    ).toMatchObject([{ language: '' }]);
    expect(await embedAll(index, 'other')).toBe(1);
    const { collections } = ((await (await fetch(`${qdrant().url}/collections`)).json()) as Listed).result;
    const meanings = collections.filter(({ name }) => name.startsWith(`${collection}-meanings`));
    expect(meanings).toHaveLength(2);
    for (const { name } of meanings) await fetch(`${qdrant().url}/collections/${name}`, { method: 'DELETE' });
    expect(
      await index.search(patientId, { text: 'dog', limit: 5, asked: asked('dog', 'other') }),
    ).toHaveLength(1);
    expect(await embedAll(index, 'other')).toBe(1);
  });

  test('vectors that a replica uses stay; those that none has used for a day are dropped once others are whole', async () => {
    const clock = { now: Date.now() };
    const collection = `memory-${randomUUID()}`;
    const [before, after] = [1, 2].map(() => indexOf(qdrant(), collection, () => clock.now));
    if (!before || !after) throw new Error('there are two replicas');
    const dog = fact(newScope().patientId, 'Rex is my dog.');
    await before.add([dog]);
    await embedAll(before);
    await before.markWhole('pets');
    await embedAll(after, 'other');
    const held = async (): Promise<readonly string[]> => (await after.meaningsHeld('other')).others;
    const hours = async (passed: number): Promise<void> => {
      clock.now += passed * 3_600_000;
      await after.keepMeanings('other');
    };
    await hours(48);
    expect(await held(), 'kept while the new ones are not whole').toEqual(['pets']);
    await after.markWhole('other');
    for (let day = 0; day < 3; day += 1) {
      await before.keepMeanings('pets');
      await hours(23);
    }
    expect(await held(), 'used by the other replica').toEqual(['pets']);
    expect(await before.unembedded('pets', 9)).toEqual([]);
    await hours(2);
    expect(await held()).toEqual([]);
    expect(await before.unembedded('pets', 9), 'a replica that comes back makes them again').toHaveLength(1);
    expect(await embedAll(before)).toBe(1);
    expect(await after.unembedded('other', 9)).toEqual([]);
  });

  test('what an earlier version embedded is not embedded again', async () => {
    const collection = `memory-${randomUUID()}`;
    const index = indexOf(qdrant(), collection);
    await index.add([fact(newScope().patientId, 'Rex is my dog.')]);
    await embedAll(index);
    const mark = `embeddedIn_${createHash('sha256').update('pets').digest('hex').slice(0, 12)}`;
    const words = `${qdrant().url}/collections/${collection}-words/points`;
    const [point] = (
      (await (
        await fetch(`${words}/scroll`, {
          ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
          body: JSON.stringify({ filter: { must_not: [{ is_empty: { key: mark } }] } }),
        })
      ).json()) as { readonly result: { readonly points: readonly Marked[] } }
    ).result.points;
    if (!point) throw new Error('the window was marked');
    const { [mark]: embeddedIn, ...payload } = point.payload;
    const { terms } = payload;
    const vector = {
      window: { indices: [...(terms as string[]).keys()], values: (terms as string[]).map(() => 1) },
    };
    await fetch(`${words}?wait=true`, {
      ...{ method: 'PUT', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ points: [{ id: point.id, vector, payload: { ...payload, embeddedIn } }] }),
    });
    expect(await index.unembedded('pets', 9)).toEqual([]);
    expect(await index.unembedded('other', 9)).toHaveLength(1);
  });

  test('is one index to every replica, and another one when its collection was lost', async () => {
    const collection = `memory-${randomUUID()}`;
    const [one, other] = [indexOf(qdrant(), collection), indexOf(qdrant(), collection)];
    await Promise.all([one.connect(), other.connect()]);
    await Promise.all([one.connect(), other.connect()]);
    const id = await one.id();
    expect(await other.id()).toBe(id);
    await fetch(`${qdrant().url}/collections/${collection}-words`, { method: 'DELETE' });
    await one.connect();
    expect(await one.id()).not.toBe(id);
  });
});

describe('two replicas whose models differ, as in a rollout', () => {
  const qdrant = forSuite(() => startQdrant());
  const scope = { patientId: 'p', sessionId: '1' };

  /** A model that counts the windows it was asked for, of vectors of so many numbers. */
  const modelOf = (
    id: string,
    numbers: number,
    former?: Embedder,
  ): Embedder & { readonly windows: string[] } => {
    const windows: string[] = [];
    return {
      ...{ id, windows },
      ...(former ? { former: (asked) => (asked === former.id ? former : undefined) } : {}),
      embed: (texts) => {
        windows.push(...texts.flatMap(({ text, isQuestion }) => (isQuestion ? [] : [text])));
        return Promise.resolve(
          texts.map(({ text }) => {
            const vector = new Float32Array(numbers);
            vector[/cat|dog|pet/i.test(text) ? 0 : 1] = 1;
            return { vector, language: 'en' };
          }),
        );
      },
      close: () => Promise.resolve(),
    };
  };

  test('each embeds what was told once, and finds it by meaning; the new one makes up for the past beside the old one', async () => {
    const collection = `memory-${randomUUID()}`;
    const replica = async (embedder: Embedder, stores?: Stores): Promise<OpenMemory> => {
      const index = indexOf(qdrant(), collection);
      const open = await openMemory({ embedder, index, around: (own) => ({ ...(stores ?? own), index }) });
      onTestFinished(() => open.close());
      return open;
    };
    const before = modelOf('before', 2);
    const old = await replica(before);
    const told = Array.from({ length: 40 }, (_, at) => `On day ${at} we had tea.`);
    for (const [at, text] of told.entries()) await old.say(scope, `t${at}`, text);
    const whole = async ({ stores: { index } }: OpenMemory, id: string): Promise<boolean> =>
      (await index.meaningsHeld(id)).isWhole && (await index.unembedded(id, 1)).length === 0;
    await expect.poll(() => whole(old, 'before'), { timeout: 30_000 }).toBe(true);
    const after = modelOf('after', 3, before);
    const now = await replica(after, old.stores);
    await now.memory.reindex();
    await expect.poll(() => whole(now, 'after'), { timeout: 60_000 }).toBe(true);
    await old.say(scope, 'dog', 'Rex is my dog.');
    await now.say(scope, 'cat', 'Milo is my cat.');
    for (const [at, one] of [old, now, old, now].entries()) {
      await one.memory.reindex({ wasAway: true });
      await expect.poll(() => whole(one, one === old ? 'before' : 'after'), { timeout: 30_000 }).toBe(true);
      const { facts, degraded } = await one.say(
        { patientId: 'p', sessionId: `later ${at}` },
        `asked ${at}`,
        'Which pets live here?',
      );
      expect(degraded).toBeUndefined();
      expect(facts.map(({ text }) => text)).toEqual(
        expect.arrayContaining(['Rex is my dog.', 'Milo is my cat.']),
      );
    }
    for (const { windows } of [before, after])
      for (const text of told)
        expect(
          windows.filter((window) => window === text),
          text,
        ).toHaveLength(1);
    expect((await now.stores.index.meaningsHeld('after')).others).toEqual(['before']);
  });
});

describe('a search index that is not as it was left', () => {
  const keys = { apiKey: 'may-write', readOnlyKey: 'may-read' };
  const qdrant = forSuite(() => startQdrant(keys));
  const ask = (path: string, method: string, body: object): Promise<Response> =>
    fetch(`${qdrant().url}/collections/${path}`, {
      ...{ method, body: JSON.stringify(body) },
      headers: { 'api-key': keys.apiKey, 'content-type': 'application/json' },
    });

  test('that lost points says how many it holds, and becomes another one that is filled again', async () => {
    const collection = `memory-${randomUUID()}`;
    const index = indexOf(qdrant(), collection);
    const { patientId } = newScope();
    const told = [fact(patientId, 'I have a cat. It sleeps.'), fact(patientId, 'I have a dog.')];
    await index.add(told);
    await embedAll(index);
    expect(await index.held()).toBe(2);
    const lost = { filter: { must: [{ key: 'factId', match: { value: told[0]?.id } }] } };
    await ask(`${collection}-words/points/delete?wait=true`, 'POST', lost);
    expect(await index.held()).toBe(1);
    const id = await index.id();
    await index.renew();
    expect(await index.id()).not.toBe(id);
    await index.add(told);
    expect(await index.held()).toBe(2);
    expect(await index.search(patientId, { text: 'cat', limit: 5 })).toHaveLength(1);
  });

  test('that lost vectors has them made anew', async () => {
    const collection = `memory-${randomUUID()}`;
    const index = indexOf(qdrant(), collection);
    await index.add([fact(newScope().patientId, 'I have a dog.')]);
    expect(await embedAll(index)).toBe(1);
    await index.renewLostMeanings('pets');
    expect(await embedAll(index)).toBe(0);
    const { collections } = (
      (await (
        await fetch(`${qdrant().url}/collections`, { headers: { 'api-key': keys.apiKey } })
      ).json()) as Listed
    ).result;
    const meanings = collections.find(({ name }) => name.startsWith(`${collection}-meanings`))?.name ?? '';
    const all = { filter: { must: [{ key: 'language', match: { value: 'en' } }] } };
    await ask(`${meanings}/points/delete?wait=true`, 'POST', all);
    await index.renewLostMeanings('pets');
    expect(await embedAll(index)).toBe(1);
  });

  test('that may only be read is searched, and says so when it is written', async () => {
    const collection = `memory-${randomUUID()}`;
    const { patientId } = newScope();
    await indexOf(qdrant(), collection).add([fact(patientId, 'I have a dog.')]);
    const index = indexOf({ ...qdrant(), apiKey: keys.readOnlyKey }, collection);
    await index.connect();
    expect(await index.search(patientId, { text: 'dog', limit: 5 })).toHaveLength(1);
    const words = `The key in QDRANT_API_KEY may only read; one that may write the collections "${collection}-…" is needed`;
    await expect(index.proveWritable()).rejects.toThrow(words);
    await expect(index.add([fact(patientId, 'I have a cat.')])).rejects.toThrow(words);
    expect(await index.search(patientId, { text: 'dog', limit: 5 })).toHaveLength(1);
    await expect(indexOf({ ...qdrant(), apiKey: keys.readOnlyKey }).connect()).rejects.toThrow(
      'may only read',
    );
  });

  test('that is another program’s collection is refused, and left as it is', async () => {
    const collection = `memory-${randomUUID()}`;
    await ask(`${collection}-words`, 'PUT', { vectors: { size: 2, distance: 'Dot' } });
    const points = [{ id: 1, vector: [1, 2], payload: { title: 'theirs' } }];
    await ask(`${collection}-words/points?wait=true`, 'PUT', { points });
    await expect(indexOf(qdrant(), collection).connect()).rejects.toThrow(
      `The collection "${collection}-words" is another program's: 1 points, and no stamp of this app. Set QDRANT_COLLECTION to another name`,
    );
    const counted = await ask(`${collection}-words/points/count`, 'POST', { exact: true });
    expect(await counted.json()).toMatchObject({ result: { count: 1 } });
  });
});

describe("Qdrant's engine, away and back", () => {
  test('says who refused it, then works without a new store', async () => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'mooring-qdrant-'));
    const apiKey = 'a-very-secret-key';
    const index = indexOf({ host: '127.0.0.1', port, apiKey });
    const { patientId } = newScope();
    try {
      await expect(index.connect()).rejects.toThrow(`connect ECONNREFUSED 127.0.0.1:${port}`);
      const first = await startQdrant({ port, folder, apiKey });
      await index.connect();
      await index.add([fact(patientId, 'I have a cat.')]);
      await expect(indexOf({ host: '127.0.0.1', port, apiKey: 'wrong-guess' }).connect()).rejects.toThrow(
        /^(?!.*wrong-guess).*(Unauthorized|Forbidden|401|403)/i,
      );
      await first.stop();
      await expect(index.search(patientId, { text: 'cat', limit: 5 })).rejects.toThrow(
        /ECONNREFUSED|other side closed|ECONNRESET/,
      );
      const second = await startQdrant({ port, folder, apiKey });
      expect(await index.search(patientId, { text: 'cat', limit: 5 })).toHaveLength(1);
      await second.stop();
    } finally {
      await index.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
