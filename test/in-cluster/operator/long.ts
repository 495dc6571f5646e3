import { expect } from 'vitest';
import { crowdDuring, gapsOf } from '../faults/crowd.ts';
import { nothingLostOrTwice } from '../faults/nothing-lost.ts';
import { chatsWithoutOperator } from './absent.ts';
import { isWell } from './conditions.ts';
import { cutOffOperator } from './cut-off.ts';
import { followsEachDependency } from './dependencies.ts';
import type { OperatorLab } from './lab.ts';

const clients = 50;
const cutOffMs = 120_000;
const absentMs = 60_000;

/** What `operator.test.ts` does shortly, with 50 clients and for as long as the operator's promises say. */
export async function longProofs(lab: OperatorLab): Promise<object> {
  await isWell(lab.stack);
  const cutOff = await throughCutOff(lab);
  const dependencies = await followsEachDependency(lab.stack, clients);
  const absent = await chatsWithoutOperator(lab, { ms: absentMs, clients });
  expect(await lab.operator.errors()).toEqual([]);
  return { clients, cutOff, dependencies, absent: { ms: absentMs, ...absent } };
}

async function throughCutOff(lab: OperatorLab): Promise<object> {
  const chatters = await crowdDuring(lab.stack, { count: clients }, async () => {
    const cut = await cutOffOperator(lab);
    try {
      await cut.hasHeld(cutOffMs);
      await cut.end();
    } finally {
      await cut.undo();
    }
  });
  expect(gapsOf(chatters)).toEqual([]);
  for (const chatter of chatters) await nothingLostOrTwice(lab.stack.wsUrl, chatter);
  const acknowledged = chatters.reduce((sum, { client }) => sum + client.acknowledged.size, 0);
  return { ms: cutOffMs, acknowledged, reconnects: 0, endpointsLost: 0 };
}
