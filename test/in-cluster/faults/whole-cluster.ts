import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { ask } from '../stack/ask.ts';
import { PageClient } from '../stack/page-client.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';

/** What a chat must not notice: something of the cluster's own is away for a while. */
export interface ClusterFault {
  /** Takes it away; resolves when it is gone. */
  readonly begin: () => Promise<void>;
  /** Brings it back; resolves when it answers. May be called again. */
  readonly end: () => Promise<void>;
  readonly lastsMs: number;
}

const leastNewcomers = 3;

/**
 * Has a connected client and new ones chat throughout a fault of the cluster. Asserts that every message is answered
 * without a setback, that no connection is lost, and that no pod is restarted or replaced.
 */
export async function goesOnThrough(stack: DeployedStack, fault: ClusterFault, name: string): Promise<void> {
  const identity = async () => (await stack.pods()).map(({ uid, restarts }) => ({ uid, restarts }));
  const client = new PageClient(stack.chatUrl, { patient: `patient:${name}`, session: `session:${name}` });
  await client.say('I am allergic to penicillin.');
  const before = await identity();

  try {
    await fault.begin();
    const end = performance.now() + fault.lastsMs;
    for (let newcomers = 0; performance.now() < end || newcomers < leastNewcomers; newcomers++) {
      await client.say('What am I allergic to?');
      const newcomer = await ask(stack.wsUrl, {
        patient: `patient:${name}`,
        session: `session:newcomer-${newcomers}`,
        text: 'What am I allergic to?',
      });
      const text = expect.stringContaining('penicillin') as string;
      expect(newcomer).toMatchObject({ setbacks: [], text });
      await pause(1_000);
    }
    await fault.end();
    expect(client.gaps).toEqual([]);
    expect(await identity()).toEqual(before);
    // After 50 s without a renewed Lease (its default) the node controller calls a node and its pods unready, once the API
    // server is back: 30 s of absence, a restart and the 10 s between two renewals come close to that.
    await until('every pod to be ready', async () => (await stack.pods()).every(({ ready }) => ready));
  } finally {
    client.stop();
    await fault.end();
  }
}
