import { expect, test } from 'vitest';
import { measureStorm } from '../bench/chat/storm.ts';

test('a deployment and a crash under 500 clients: all are back, nothing acknowledged is lost, nothing is there twice', async () => {
  const clients = 500;
  const { storm, kill } = await measureStorm('.', { clients, drainSeconds: 2 });
  expect(storm).toMatchObject({ clients, back: clients, lost: 0, repeated: 0 });
  expect(kill.back).toBe(clients);
});
