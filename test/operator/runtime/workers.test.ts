import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reconcileNow } from '../../../operator/runtime/reconcile-id.ts';
import { WorkQueue } from '../../../operator/runtime/work-queue.ts';
import { runWorkers, type ReconcileEnd, type Reconciled } from '../../../operator/runtime/workers.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Workers of a reconcile, what came of it, and how they are stopped. */
function started(
  reconcile: (key: string, signal: AbortSignal) => Promise<Reconciled>,
  concurrency = 1,
  slowMs = 5_000,
) {
  const queue = new WorkQueue({ random: () => 0 });
  const stopping = new AbortController();
  const ends: (ReconcileEnd & ReturnType<typeof reconcileNow>)[] = [];
  const running = runWorkers({
    ...{ kind: 'ShopStack', queue, reconcile, concurrency, deadlineMs: 5_000, slowMs, resyncMs: 60_000 },
    onEnd: (end) => ends.push({ ...end, ...reconcileNow() }),
    signal: stopping.signal,
  });
  const stop = async (): Promise<void> => {
    stopping.abort(new Error('stopping'));
    queue.close();
    await running;
  };
  return { queue, ends, stop };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('a key that failed is tried again after its backoff, and the others go on', async () => {
  let calls = 0;
  const { queue, ends, stop } = started((key) =>
    key === 'bad' && ++calls < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve({}),
  );
  queue.add('bad');
  queue.add('good');
  await pass(0);
  expect(ends.map(({ key, error }) => [key, error !== undefined])).toEqual([
    ['bad', true],
    ['good', false],
  ]);
  await pass(300);
  expect(ends.at(-1)).toMatchObject({ key: 'bad' });
  expect(ends.at(-1)?.error).toBeUndefined();
  await stop();
});

test('a reconcile that does not end frees its worker at its deadline, and its key when it ends', async () => {
  const hanging = Promise.withResolvers<Reconciled>();
  let hung = 0;
  const { queue, ends, stop } = started((key) => {
    if (key !== 'hung') return Promise.resolve({});
    return ++hung === 1 ? hanging.promise : Promise.resolve({});
  });
  queue.add('hung');
  queue.add('other');
  await pass(4_999);
  expect(ends).toEqual([]);
  await pass(1);
  expect(ends.map(({ key }) => key)).toEqual(['hung', 'other']);
  expect(String(ends[0]?.error)).toContain('did not end within 5 s');
  await pass(10_000);
  expect(hung).toBe(1);
  hanging.resolve({});
  await pass(0);
  expect(hung).toBe(2);
  await stop();
});

test('reconciles that are slow hold no worker, and each is worked on once at a time', async () => {
  const hanging = Promise.withResolvers<Reconciled>();
  const worked: string[] = [];
  const { queue, ends, stop } = started(
    (key) => {
      worked.push(key);
      return key === 'good' ? Promise.resolve({}) : hanging.promise;
    },
    2,
    500,
  );
  const slow = Array.from({ length: 10 }, (_, index) => `slow-${index}`);
  for (const key of [...slow, 'good', 'slow-0']) queue.add(key);
  await pass(3_000);
  expect(ends.map(({ key }) => key)).toEqual(['good']);
  expect(worked).toEqual([...slow, 'good']);
  hanging.resolve({});
  await stop();
});

test('of very many that are slow, so many as there are workers wait', async () => {
  const hanging = Promise.withResolvers<Reconciled>();
  let begun = 0;
  const { queue, stop } = started(
    () => {
      begun += 1;
      return hanging.promise;
    },
    2,
    100,
  );
  for (let key = 0; key < 100; key++) queue.add(String(key));
  await pass(4_900);
  expect(begun).toBeLessThanOrEqual(36);
  hanging.resolve({});
  await stop();
});

test('a key comes back after the delay that a reconcile asks for, else at the resync, give or take a tenth', async () => {
  const calls: string[] = [];
  const { queue, stop } = started((key) => {
    calls.push(key);
    return Promise.resolve(key === 'soon' && calls.length === 1 ? { requeueAfterMs: 500 } : {});
  });
  queue.add('soon');
  await pass(499);
  expect(calls).toHaveLength(1);
  await pass(1);
  expect(calls).toHaveLength(2);
  await pass(53_999);
  expect(calls).toHaveLength(2);
  await pass(12_001);
  expect(calls).toHaveLength(3);
  await stop();
});

test('no more keys are worked on at once than there are workers', async () => {
  let [now, most] = [0, 0];
  const { queue, ends, stop } = started(async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 10));
    now -= 1;
    return {};
  }, 3);
  for (let key = 0; key < 9; key++) queue.add(String(key));
  await pass(40);
  expect(ends).toHaveLength(9);
  expect(most).toBe(3);
  await stop();
});

test('a key of which nothing is left does not come back by itself', async () => {
  let calls = 0;
  const { queue, stop } = started(() => Promise.resolve(++calls === 1 ? { isGone: true } : {}));
  queue.add('a');
  await pass(600_000);
  expect(calls).toBe(1);
  queue.add('a');
  await pass(0);
  expect(calls).toBe(2);
  await stop();
});

test('workers that are stopped wait for a reconcile that ignores its deadline', async () => {
  const hanging = Promise.withResolvers<Reconciled>();
  const { queue, stop } = started(() => hanging.promise);
  queue.add('a');
  await pass(5_000);
  let isStopped = false;
  const stopped = stop().then(() => (isStopped = true));
  await pass(1_000);
  expect(isStopped).toBe(false);
  hanging.resolve({});
  await stopped;
});

test('a reconcile that throws at once is a failure like any other', async () => {
  const { queue, ends, stop } = started(() => {
    throw new Error('at once');
  });
  queue.add('a');
  await pass(0);
  expect(String(ends[0]?.error)).toContain('at once');
  await stop();
});

test('a reconcile has its kind, its stack and an id of its own, in all that it awaits and at its end', async () => {
  const within: unknown[] = [];
  const { queue, ends, stop } = started(async (key) => {
    within.push(reconcileNow());
    await new Promise((resolve) => setTimeout(resolve, 100));
    within.push(reconcileNow());
    if (key === 'bad' && within.length <= 4) throw new Error('not yet');
    return {};
  }, 2);
  queue.add('good');
  queue.add('bad');
  await pass(1_000);
  const [good, bad, again] = ends;
  const idOf = ({ kind, stack, reconcile }: ReturnType<typeof reconcileNow> = {}) => ({
    ...{ kind, stack, reconcile },
  });
  expect(within.slice(0, 4)).toEqual([good, bad, good, bad].map(idOf));
  expect(idOf(good)).toMatchObject({ kind: 'ShopStack', stack: 'good' });
  expect(idOf(again)).toMatchObject({ kind: 'ShopStack', stack: 'bad' });
  expect(new Set([good, bad, again].map((end) => end?.reconcile)).size).toBe(3);
  expect(reconcileNow()).toEqual({});
  await stop();
});
