import { expect, test } from 'vitest';
import { Slots, SlotsTakenError } from '../../app/slots.ts';

const three = { inAll: 3, perKey: 2, waitingPerKey: 1 };

test('no more hold a slot than the limits allow, in all and per key, and those who wait enter in order', async () => {
  const slots = new Slots(three);
  const first = await slots.take('a');
  await slots.take('a');
  const entered: string[] = [];
  void slots.take('a').then(() => entered.push('a'));
  await slots.take('b');
  void slots.take('c').then(() => entered.push('c'));
  await Promise.resolve();
  expect([slots.held, entered]).toEqual([3, []]);
  first();
  await expect.poll(() => entered).toEqual(['a']);
  expect(slots.held).toBe(3);
});

test('one more than may wait of a key is refused, and others are not', async () => {
  const slots = new Slots(three);
  await slots.take('a');
  await slots.take('a');
  void slots.take('a');
  await expect(slots.take('a')).rejects.toBeInstanceOf(SlotsTakenError);
  expect([slots.waiting, slots.refused]).toEqual([1, 1]);
  await expect(slots.take('b')).resolves.toBeDefined();
});

test('one that is called off while it waits leaves its place to the next', async () => {
  const slots = new Slots({ inAll: 1, perKey: 1, waitingPerKey: 1 });
  const giveBack = await slots.take('a');
  const abort = new AbortController();
  const waiting = slots.take('a', abort.signal);
  abort.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  const next = slots.take('a');
  giveBack();
  await expect(next).resolves.toBeDefined();
  expect(slots.held).toBe(1);
});

test('work that fails gives its slot back', async () => {
  const slots = new Slots(three);
  await expect(slots.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(slots.held).toBe(0);
});
