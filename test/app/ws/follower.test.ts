import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Position, SessionEvent } from '../../../app/stores/types.ts';
import { Follower, type Listener } from '../../../app/ws/follower.ts';

const event = (offset: number, epoch = 'e1'): SessionEvent => ({
  epoch,
  kind: 'turn',
  turn: {
    id: `m${offset}`,
    offset,
    speaker: 'patient',
    text: `text ${offset}`,
    recordedAt: '2026-01-01T00:00:00.000Z',
  },
  facts: [],
});
const log = (length: number): SessionEvent[] => Array.from({ length }, (_, at) => event(at + 1));

/** A listener that writes down the offsets it is told, and the logs. */
function heard(): { told: number[]; logs: Position[]; listener: Listener } {
  const told: number[] = [];
  const logs: Position[] = [];
  return {
    ...{ told, logs },
    listener: {
      log: (position) => logs.push(position),
      event: ({ turn }) => told.push(turn.offset),
      delta: () => undefined,
      memory: () => undefined,
    },
  };
}

const offsets = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('tells each event after its position once and in order, however they are offered', async () => {
  const order = fc.record({
    offered: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }),
    from: fc.integer({ min: 0, max: 20 }),
    before: fc.integer({ min: 0, max: 10 }),
    atOnce: fc.integer({ min: 1, max: 7 }),
  });
  await fc.assert(
    fc.asyncProperty(order, async ({ offered, from, before, atOnce }) => {
      const follower = new Follower(async (after) => log(20).slice(after, after + atOnce));
      const { told, listener } = heard();
      for (const offset of offered.slice(0, before)) follower.offer(event(offset));
      follower.begin({ epoch: 'e1', offset: from }, listener);
      for (const offset of offered.slice(before)) {
        follower.offer(event(offset));
        await Promise.resolve();
      }
      follower.reach({ epoch: 'e1', offset: 20 });
      await vi.waitFor(() => expect(told.at(-1) ?? from).toBe(20), 20_000);
      expect(told).toEqual(offsets(from + 1, 20));
    }),
  );
});

test('a record that cannot be read leaves no gap: the next event brings what lies before it', async () => {
  let isAway = true;
  const follower = new Follower(async (after) => {
    if (isAway) throw new Error('away');
    return log(9).slice(after);
  });
  const { told, listener } = heard();
  follower.begin({ epoch: 'e1', offset: 1 }, listener);
  follower.offer(event(3));
  await vi.waitFor(() => expect(told).toEqual([]));
  isAway = false;
  follower.offer(event(4));
  await vi.waitFor(() => expect(told).toEqual(offsets(2, 9)), 20_000);
});

test('the beginning of a log is told before its first event', () => {
  const { told, logs, listener } = heard();
  const follower = new Follower(async () => []);
  follower.begin({ epoch: '', offset: 0 }, listener);
  follower.offer(event(1));
  expect({ told, logs }).toEqual({ told: [1], logs: [{ epoch: 'e1', offset: 0 }] });
});

test('a log that was replaced is told, and nothing after it', () => {
  const { told, logs, listener } = heard();
  const follower = new Follower(async () => []);
  follower.begin({ epoch: 'e1', offset: 1 }, listener);
  follower.offer(event(2, 'e2'));
  follower.offer(event(2));
  expect({ told, logs }).toEqual({ told: [], logs: [{ epoch: 'e2', offset: 2 }] });
});
