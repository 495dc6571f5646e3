import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WorkQueue } from '../../../operator/runtime/work-queue.ts';

const { signal } = new AbortController();

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a key', () => {
  test('that is added twice is taken once', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect(queue.depth).toBe(2);
    expect([await queue.take(signal), await queue.take(signal)]).toEqual(['a', 'b']);
    expect(queue.depth).toBe(0);
  });

  test('that is added while it is worked on is taken again afterwards, not at once', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    await queue.take(signal);
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await queue.take(signal)).toBe('a');
  });

  test('that is added goes to a worker that waits', async () => {
    const queue = new WorkQueue();
    const taken = queue.take(signal);
    queue.add('a');
    await expect(taken).resolves.toBe('a');
    expect(queue.depth).toBe(0);
  });

  test('that was removed is not taken, whatever it waited for', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.addAfter('b', 10);
    queue.remove('a');
    queue.remove('b');
    await vi.advanceTimersByTimeAsync(20);
    expect(queue.depth).toBe(0);
  });
});

describe('a delay', () => {
  test('counts where it is the shortest of its key', async () => {
    const queue = new WorkQueue();
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 5_000);
    await vi.advanceTimersByTimeAsync(99);
    expect(queue.depth).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(queue.depth).toBe(1);
  });

  test('ends when its key is added', async () => {
    const queue = new WorkQueue();
    queue.addAfter('a', 100);
    queue.add('a');
    await queue.take(signal);
    queue.done('a');
    await vi.advanceTimersByTimeAsync(200);
    expect(queue.depth).toBe(0);
  });

  test('after failures in a row doubles up to 10 s, and begins anew once the key is forgotten', async () => {
    const queue = new WorkQueue({ random: () => 0 });
    const delays: number[] = [];
    for (let failure = 0; failure < 9; failure++) {
      queue.retry('a');
      const begun = Date.now();
      while (queue.depth === 0) await vi.advanceTimersByTimeAsync(100);
      delays.push(Date.now() - begun);
      await queue.take(signal);
      queue.done('a');
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    queue.forget('a');
    queue.retry('a');
    await vi.advanceTimersByTimeAsync(100);
    expect(queue.depth).toBe(1);
  });
});

test('a worker that waits leaves when its signal is aborted, and takes no key with it', async () => {
  const queue = new WorkQueue();
  const leaving = new AbortController();
  const taken = queue.take(leaving.signal);
  leaving.abort(new Error('leaving'));
  await expect(taken).rejects.toThrow('leaving');
  queue.add('a');
  expect(queue.depth).toBe(1);
});

test('a worker whose signal is aborted takes no further key, however many wait', async () => {
  const queue = new WorkQueue();
  queue.add('a');
  await expect(queue.take(AbortSignal.abort(new Error('leaving')))).rejects.toThrow('leaving');
  expect(queue.depth).toBe(1);
});
