import { expect, test } from 'vitest';
import { Cache } from '../../../operator/runtime/cache.ts';

interface Owned {
  readonly owners: readonly string[];
}

const cacheOfOwned = (): Cache<Owned> => new Cache<Owned>({ owner: ({ owners }) => owners });

test('an entry is found by each value of an index, and by none it no longer has', () => {
  const cache = cacheOfOwned();
  cache.set('pod/a', { owners: ['x', 'y'] });
  cache.set('pod/b', { owners: ['y'] });
  expect(cache.keysBy('owner', 'y')).toEqual(['pod/a', 'pod/b']);
  expect(cache.set('pod/a', { owners: ['x'] })).toEqual({ owners: ['x', 'y'] });
  expect(cache.keysBy('owner', 'y')).toEqual(['pod/b']);
  expect(cache.delete('pod/a')).toEqual({ owners: ['x'] });
  expect(cache.keysBy('owner', 'x')).toEqual([]);
  expect([cache.size, cache.keys()]).toEqual([1, ['pod/b']]);
});

test('an index that there is not is an error, not an empty answer', () => {
  expect(() => cacheOfOwned().keysBy('ower', 'x')).toThrow('There is no index "ower"');
});
