import { expect, test, vi } from 'vitest';
import { GroupCommit } from '../../../app/stores/group-commit.ts';

test('what waits while a commit runs is committed together, at most so many', async () => {
  const groups: (readonly number[])[] = [];
  const commit = new GroupCommit<number, number>(
    async (entries) => {
      groups.push(entries);
      return entries;
    },
    { together: 3 },
  );
  const first = commit.add(0);
  await Promise.resolve();
  await Promise.resolve();
  const others = [1, 2, 3, 4].map((entry) => commit.add(entry));
  expect(await Promise.all([first, ...others])).toEqual([0, 1, 2, 3, 4]);
  expect(groups).toEqual([[0], [1, 2, 3], [4]]);
});

test('as many run at once as may', async () => {
  const running: PromiseWithResolvers<undefined>[] = [];
  const commit = new GroupCommit<number, number>(
    async (entries) => {
      const one = Promise.withResolvers<undefined>();
      running.push(one);
      await one.promise;
      return entries;
    },
    { together: 1, atOnce: 2 },
  );
  const all = Promise.all([0, 1, 2].map((entry) => commit.add(entry)));
  await vi.waitFor(() => expect(running).toHaveLength(2));
  running[0]?.resolve(undefined);
  await vi.waitFor(() => expect(running).toHaveLength(3));
  for (const one of running) one.resolve(undefined);
  expect(await all).toEqual([0, 1, 2]);
});

test('what has waited as long as it may fails with a commit that fails, and was not tried; what came later is tried', async () => {
  const hanging = Promise.withResolvers<never>();
  const tried: number[] = [];
  const commit = new GroupCommit<number, number>(
    async (entries) => {
      tried.push(...entries);
      return tried.length === 1 ? hanging.promise : entries;
    },
    { patienceMs: 50 },
  );
  const first = commit.add(0);
  await vi.waitFor(() => expect(tried).toEqual([0]));
  const late = commit.add(1);
  const since = performance.now();
  await vi.waitFor(() => expect(performance.now() - since).toBeGreaterThan(60));
  const soon = commit.add(2);
  hanging.reject(new Error('The store did not answer.'));
  await expect(first).rejects.toThrow('The store did not answer.');
  await expect(late).rejects.toThrow('was not tried');
  expect(await soon).toBe(2);
  expect(tried).toEqual([0, 2]);
});
