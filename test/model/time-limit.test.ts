import { describe, expect, it, vi } from 'vitest';
import { TimeLimitError, withTimeLimit } from '../../model/time-limit.ts';

describe('a time limit', () => {
  it('passes on what the work brings or fails with', async () => {
    await expect(withTimeLimit(Promise.resolve(7), 1_000)).resolves.toBe(7);
    await expect(withTimeLimit(Promise.reject(new Error('refused')), 1_000)).rejects.toThrow('refused');
  });

  it('ends the wait, in the words it was given', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(withTimeLimit(never, 5)).rejects.toThrow(new TimeLimitError('no answer within 5 ms'));
    await expect(withTimeLimit(never, 5, 'Redis is silent')).rejects.toThrow('Redis is silent');
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    try {
      await withTimeLimit(Promise.resolve(), 60_000);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
