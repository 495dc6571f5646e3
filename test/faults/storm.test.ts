import { expect, test } from 'vitest';
import { measureStorm } from '../bench/chat/storm.ts';

/** It takes half a minute alone; the limit is for a machine that runs other servers beside it. */
const timeout = 400_000;

/** What the whole storm of the benchmark does besides, for its figures, would take minutes here. */
const coldAndApart = { warmUpSeconds: 0, sharesIndex: false };

test(
  'a deployment and a crash under 500 clients: all are back, nothing acknowledged is lost, nothing is there twice',
  { timeout },
  async () => {
    const clients = 500;
    const { storm, kill } = await measureStorm('.', { clients, drainSeconds: 2, ...coldAndApart });
    expect(storm).toMatchObject({ clients, back: clients, lost: 0, repeated: 0 });
    expect(kill.back).toBe(clients);
  },
);
