import { setTimeout as pause } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { modelCallLimits } from '../../../contract/protocol.ts';
import type { Embedder } from '../../../app/meaning/embedder.ts';
import { createMemory } from '../../../app/memory/memory.ts';
import { Slots } from '../../../app/slots.ts';
import type { Stores } from '../../../app/stores/types.ts';
import { sentence } from './filled.ts';
import { percentile } from './percentile.ts';

export interface Chatting {
  readonly turnsPerSecond: number;
  /** From the last turn on, until every turn has its vectors. */
  readonly indexLagMs: number;
  readonly answerP95Ms: number;
  readonly eventLoopDelayP99Ms: number;
  readonly rssMb: number;
}

/** Clients that tell one turn after another, each answered, for so many seconds, in this process. */
export async function chatting(
  stores: Stores,
  embedder: Embedder,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<Chatting> {
  const memory = createMemory({
    ...{
      stores,
      embedder,
      availability: () => 'open',
      modelCalls: new Slots(modelCallLimits),
      now: Date.now,
    },
    warn: (what, error) => console.error(what, error),
    limits: { history: 50, recall: 8 },
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const times: number[] = [];
  const begun = performance.now();
  const talk = async (client: number): Promise<void> => {
    const scope = { patientId: `patient:chat${client}`, sessionId: 's' };
    for (let at = 0; performance.now() - begun < seconds * 1_000; at++) {
      const message = { id: `m${at}`, text: `I have ${sentence(8)}.` };
      const sent = performance.now();
      await memory.accept(scope, message);
      const answering = memory.answer(scope, message, new AbortController().signal);
      while (!(await answering.next()).done);
      times.push(performance.now() - sent);
    }
  };
  delay.enable();
  await Promise.all(Array.from({ length: clients }, (_, client) => talk(client)));
  const ended = performance.now();
  while ((await stores.index.unembedded(embedder.id, 1)).length > 0) await pause(20);
  const done = performance.now();
  delay.disable();
  return {
    turnsPerSecond: Math.round((1_000 * times.length) / (done - begun)),
    indexLagMs: Math.round(done - ended),
    answerP95Ms: percentile(times, 0.95),
    eventLoopDelayP99Ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
  };
}
