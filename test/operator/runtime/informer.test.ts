import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import type { Api } from '../../../kube/api.ts';
import { ApiError } from '../../../kube/cluster-error.ts';
import { Cache } from '../../../operator/runtime/cache.ts';
import { Informer } from '../../../operator/runtime/informer.ts';

const refused = (status: number): ApiError =>
  new ApiError('CLUSTER_REFUSED', 'It is refused.', {}, { status, reason: '', said: '', causes: [] });

/** An API whose lists and watches a test writes itself, to say what a real API server says seldom. */
function scripted(
  lists: readonly (Readonly<Record<string, string>> | number)[],
  onChange: (line: string) => void = () => undefined,
  cache = new Cache<string>(),
  { shortestMs = 1_000 } = {},
) {
  const watches: { from: string | undefined; stream: PassThrough }[] = [];
  const remaining = [...lists];
  /** When each list was asked for. */
  const listed: number[] = [];
  const object = (name: string, resourceVersion: string) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: { name, namespace: 'n', resourceVersion },
  });
  const api = {
    request: () => {
      const next = remaining.shift() ?? {};
      listed.push(performance.now());
      if (typeof next === 'number') return Promise.reject(refused(next));
      const { version = '', ...objects } = next;
      const items = Object.entries(objects).map(([name, at]) => object(name, at));
      const json = { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: version }, items };
      return Promise.resolve({ status: 200, json, warnings: [] });
    },
    stream: (_: string, { query }: { query: Record<string, string> }) => {
      const stream = new PassThrough();
      watches.push({ from: query['resourceVersion'], stream });
      return Promise.resolve(stream);
    },
  } as unknown as Api;
  const seen: string[] = [];
  const restarts: string[] = [];
  const stopping = new AbortController();
  const informer = new Informer({
    collection: { api, path: '/api/v1/configmaps' },
    cache,
    project: ({ metadata }) => metadata.resourceVersion ?? '',
    isKnown: (key, { metadata }) => cache.get(key) === metadata.resourceVersion,
    onChange: ({ key, before = '-', now = '-' }) => {
      onChange(key);
      seen.push(`${key} ${before} ${now}`);
    },
    onRestart: (error) => restarts.push((error as Error).name),
    silentMs: 50,
    shortestMs,
    backoff: { firstMs: 1 },
  });
  const running = informer.run(stopping.signal);
  const said = (event: object): string => `${JSON.stringify(event)}\n`;
  const stop = async (): Promise<void> => {
    stopping.abort();
    watches.at(-1)?.stream.destroy();
    await running;
  };
  /** Never before it was: the clock is read last. */
  const heardAt = (): number => {
    const { silentForMs } = informer;
    return performance.now() - silentForMs;
  };
  return { watches, seen, restarts, listed, heardAt, object, said, stop };
}

const soon = (check: () => void) => vi.waitFor(check, { timeout: 2_000, interval: 5 });

test('a watch that the API server calls too old lists again, and what was deleted meanwhile is told', async () => {
  const { watches, seen, restarts, said, stop } = scripted([
    { version: '10', a: '1', b: '2' },
    { version: '20', b: '3' },
  ]);
  await soon(() => expect(watches).toHaveLength(1));
  watches[0]?.stream.write(said({ type: 'ERROR', object: { code: 410, message: 'too old' } }));
  await soon(() => expect(watches).toHaveLength(2));
  expect(watches.map(({ from }) => from)).toEqual(['10', '20']);
  expect(seen).toEqual(['n/a - 1', 'n/b - 2', 'n/b 2 3', 'n/a 1 -']);
  expect(restarts).toEqual(['ResourceExpired']);
  await stop();
});

test('a watch goes on from its last event or bookmark, whether it ended or broke, in the middle of a line too', async () => {
  const { watches, seen, object, said, stop } = scripted([{ version: '10' }]);
  await soon(() => expect(watches).toHaveLength(1));
  const added = said({ type: 'ADDED', object: object('a', '11') });
  watches[0]?.stream.write(added.slice(0, 20));
  watches[0]?.stream.write(added.slice(20));
  watches[0]?.stream.end(said({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '12' } } }));
  await soon(() => expect(watches).toHaveLength(2));
  watches[1]?.stream.write(said({ type: 'DELETED', object: object('a', '13') }));
  await soon(() => expect(seen).toHaveLength(2));
  watches[1]?.stream.destroy(new Error('socket hang up'));
  await soon(() => expect(watches).toHaveLength(3));
  expect(watches.map(({ from }) => from)).toEqual(['10', '12', '13']);
  expect(seen).toEqual(['n/a - 11', 'n/a 11 -']);
  await stop();
});

test('where the definition is gone, every object is told as gone', async () => {
  const { watches, seen, said, stop } = scripted([{ version: '10', a: '1', b: '2' }, 404]);
  await soon(() => expect(watches).toHaveLength(1));
  watches[0]?.stream.write(said({ type: 'ERROR', object: { code: 410, message: 'too old' } }));
  await soon(() => expect(seen).toEqual(['n/a - 1', 'n/b - 2', 'n/a 1 -', 'n/b 2 -']));
  await stop();
});

test.each([403, 404])('an answer of %i is heard, though there is nothing to watch', async (status) => {
  const { listed, heardAt, restarts, stop } = scripted([status, status, status, { version: '10' }]);
  await soon(() => expect(restarts).toHaveLength(3));
  expect(heardAt()).toBeGreaterThanOrEqual(listed[2] ?? NaN);
  await stop();
});

test('a cache knows up to where it has its collection', async () => {
  const cache = new Cache<string>();
  const { watches, object, said, stop } = scripted([{ version: '10' }], undefined, cache);
  await soon(() => expect(cache.version).toBe('10'));
  watches[0]?.stream.write(said({ type: 'DELETED', object: object('a', '12') }));
  await soon(() => expect(cache.version).toBe('12'));
  await stop();
});

test('a watch that falls silent is begun anew', async () => {
  const { watches, restarts, stop } = scripted([{ version: '10' }]);
  await soon(() => expect(watches.length).toBeGreaterThan(1));
  expect(restarts[0]).toBe('WatchSilent');
  await stop();
});

test('a watch that was answered is heard, and its end no failure, though its collection is quiet', async () => {
  const { watches, listed, heardAt, restarts, stop } = scripted([{ version: '10' }], undefined, undefined, {
    shortestMs: 1,
  });
  // Each falls silent. With a pause that doubles, the last one would come after some twenty seconds.
  await vi.waitFor(() => expect(watches.length).toBeGreaterThan(15), 10_000);
  expect(new Set(restarts)).toEqual(new Set(['WatchSilent']));
  expect(listed).toHaveLength(1);
  expect(heardAt()).toBeGreaterThan((listed[0] ?? NaN) + 100);
  await stop();
});

test('a watch that ends as soon as it began is not asked anew without a pause', async () => {
  const { watches, restarts, stop } = scripted([{ version: '10' }]);
  await soon(() => expect(watches).toHaveLength(1));
  watches[0]?.stream.end();
  await soon(() => expect(watches.length).toBeGreaterThan(1));
  expect(restarts[0]).toBe('Error');
  await stop();
});

test('a change that could not be taken is listed again', async () => {
  let failures = 1;
  const { watches, seen, object, said, stop } = scripted(
    [{ version: '10' }, { version: '20', a: '11' }],
    () => {
      if (failures-- > 0) throw new Error('a fault of the program');
    },
  );
  await soon(() => expect(watches).toHaveLength(1));
  watches[0]?.stream.write(said({ type: 'ADDED', object: object('a', '11') }));
  await soon(() => expect(watches).toHaveLength(2));
  expect(watches[1]?.from).toBe('20');
  expect(seen).toEqual(['n/a 11 11']);
  await stop();
});

test('a state that the cache has from the answer to a write is not told again by its event', async () => {
  const cache = new Cache<string>();
  const { watches, seen, object, said, stop } = scripted([{ version: '10', a: '1' }], undefined, cache);
  await soon(() => expect(watches).toHaveLength(1));
  cache.set('n/b', '11');
  watches[0]?.stream.write(said({ type: 'ADDED', object: object('b', '11') }));
  watches[0]?.stream.write(said({ type: 'DELETED', object: object('b', '21') }));
  await soon(() => expect(seen).toEqual(['n/a - 1', 'n/b 11 -']));
  await stop();
});

test('a change that comes after a later one has all listed again, and one that comes twice does not', async () => {
  const { watches, seen, restarts, object, said, stop } = scripted([
    { version: '10' },
    { version: '12', a: '11', b: '12' },
  ]);
  await soon(() => expect(watches).toHaveLength(1));
  const [later, earlier] = [object('b', '12'), object('a', '11')].map((one) =>
    said({ type: 'ADDED', object: one }),
  );
  watches[0]?.stream.write(`${later ?? ''}${later ?? ''}`);
  await soon(() => expect(seen).toEqual(['n/b - 12']));
  expect(restarts).toEqual([]);
  watches[0]?.stream.write(earlier);
  await soon(() => expect(watches).toHaveLength(2));
  expect([watches[1]?.from, restarts]).toEqual(['12', ['NotTaken']]);
  expect(seen).toContain('n/a - 11');
  await stop();
});
