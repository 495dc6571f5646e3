import { expect, onTestFinished, test, vi } from 'vitest';
import type { Memory } from '../../../app/memory/types.ts';
import { createLogger } from '../../../app/observability/logger.ts';
import { Metrics } from '../../../app/observability/metrics.ts';
import { alone } from '../../../app/stores/replicas.ts';
import { Answers } from '../../../app/ws/answers.ts';
import { CatchingUp } from '../../../app/ws/catching-up.ts';
import { Sessions } from '../../../app/ws/sessions.ts';
import { envOf } from '../../stores/real.ts';
import { openMemory } from '../memory/open-memory.ts';

/** A process that finds so many answers owed, each in a session of its own; it counts how often it looks for them. */
async function leftWith(answers: number) {
  const open = await openMemory({});
  onTestFinished(() => open.close());
  for (let nth = 0; nth < answers; nth += 1)
    await open.memory.accept({ patientId: `p${nth}`, sessionId: 's' }, { id: 'm1', text: 'Hello.' });
  await open.memory.handOver();
  const looks = { count: 0 };
  const memory: Memory = {
    ...open.memory,
    owed: (limit) => {
      looks.count += 1;
      return open.memory.owed(limit);
    },
  };
  const log = createLogger(envOf({}), { write: () => undefined });
  const sessions = new Sessions(memory, alone);
  const all = new Answers({ memory, sessions, replicas: alone, metrics: new Metrics(() => []), log });
  const catchingUp = new CatchingUp({ memory, answers: all, isOpen: () => true, log });
  onTestFinished(() => catchingUp.stop());
  return { memory: open.memory, catchingUp, looks };
}

test('one round makes every answer that is owed, however many', async () => {
  const { memory, catchingUp } = await leftWith(100);
  expect(await memory.owed(1)).toHaveLength(1);
  await catchingUp.round();
  expect(await memory.owed(1)).toEqual([]);
});

test('a process that gives away a hundred sessions is looked after with a few looks', async () => {
  const { memory, catchingUp, looks } = await leftWith(20);
  for (let nth = 0; nth < 100; nth += 1) catchingUp.hurry();
  await vi.waitFor(async () => expect(await memory.owed(1)).toEqual([]), 20_000);
  expect(looks.count).toBeLessThan(5);
});
