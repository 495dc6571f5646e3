import { describe, expect, test } from 'vitest';
import { Admissions, mostAtOnce } from '../../../app/ws/admissions.ts';

/** Handshakes that are opened until the test ends each. */
function handshakes() {
  const admissions = new Admissions();
  const opened: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const gone = Array.from({ length: mostAtOnce + 3 }, () => new AbortController());
  const admit = (nth: number): Promise<number | undefined> =>
    admissions.admit(
      (gone[nth] as AbortController).signal,
      () =>
        new Promise((resolve, reject) => {
          opened.push(nth);
          ends.set(nth, (error) => (error === undefined ? resolve(nth) : reject(error)));
        }),
    );
  const all = gone.map((_, nth) => admit(nth));
  const end = async (nth: number, error?: Error): Promise<void> => {
    ends.get(nth)?.(error);
    await all[nth]?.catch(() => undefined);
    await Promise.resolve();
  };
  return { opened, gone, all, end };
}

describe('handshakes', () => {
  test('are opened so many at a time', async () => {
    const { opened, end } = handshakes();
    expect(opened).toHaveLength(mostAtOnce);
    await end(0);
    expect(opened).toHaveLength(mostAtOnce + 1);
  });

  test('that wait are opened newest first', async () => {
    const { opened, end } = handshakes();
    for (const nth of [5, 6, 7]) await end(nth);
    expect(opened.slice(mostAtOnce)).toEqual([66, 65, 64]);
  });

  test('of peers that are gone are given up at once, and take no place', async () => {
    const { opened, gone, all, end } = handshakes();
    for (const nth of [66, 65]) gone[nth]?.abort();
    expect(await Promise.all([all[66], all[65]])).toEqual([undefined, undefined]);
    await end(0);
    expect(opened.slice(mostAtOnce)).toEqual([64]);
  });

  test('that fail give their place to the next', async () => {
    const { opened, all, end } = handshakes();
    await end(0, new Error('no'));
    await expect(all[0]).rejects.toThrow('no');
    expect(opened).toHaveLength(mostAtOnce + 1);
  });
});
