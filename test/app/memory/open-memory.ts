import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GateState } from '../../../model/report.ts';
import { modelCallLimits, type Turn } from '../../../contract/protocol.ts';
import type { StoreName } from '../../../contract/services/backend-variables.ts';
import type { LanguageModel } from '../../../app/llm/chat-completions.ts';
import type { Embedder } from '../../../app/meaning/embedder.ts';
import { createMemory } from '../../../app/memory/memory.ts';
import type { Waits } from '../../../app/memory/waits.ts';
import { errorText } from '../../../app/observability/error-text.ts';
import type { Answer, Memory } from '../../../app/memory/types.ts';
import type { Settled } from '../../../app/stores/types.ts';
import { Slots } from '../../../app/slots.ts';
import { createStores } from '../../../app/stores/create-stores.ts';
import type { Scope, SearchIndex, Stores } from '../../../app/stores/types.ts';
import { envOf } from '../../stores/real.ts';

/** An answer, with the pieces it came in. */
export interface WholeAnswer extends Answer {
  readonly pieces: readonly string[];
}

/** A memory over embedded stores in a folder of its own, at a clock the test moves. */
export interface OpenMemory {
  readonly memory: Memory;
  readonly stores: Stores;
  /** Says which stores are away. */
  readonly gates: Partial<Record<StoreName, GateState>>;
  readonly clock: { now: number };
  /** What the operator was told. */
  readonly warnings: readonly string[];
  /** Accepts and answers a message. */
  readonly say: (scope: Scope, id: string, text: string) => Promise<WholeAnswer>;
  close(): Promise<void>;
}

export interface Parts {
  readonly index?: SearchIndex;
  readonly embedder?: Embedder;
  readonly llm?: LanguageModel;
  readonly readsFacts?: boolean;
  /** Stands between the memory and the stores, to break them. */
  readonly around?: (stores: Stores) => Stores;
  readonly leaseMs?: number;
  readonly waits?: Waits;
}

/** A machine with other work is late by seconds. */
const longWaits: Waits = { indexMs: 20_000, vectorsMs: 20_000, questionMs: 20_000 };

export async function openMemory({
  index,
  embedder,
  llm,
  readsFacts = true,
  around = (stores) => stores,
  leaseMs = 10_000,
  waits = longWaits,
}: Parts = {}): Promise<OpenMemory> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-memory-'));
  const embedded = await createStores(envOf({ EMBEDDED_STORES: 'redis,neo4j,qdrant', DATA_DIR: folder }));
  const stores = around(index === undefined ? embedded : { ...embedded, index });
  const gates: Partial<Record<string, GateState>> = {};
  const warnings: string[] = [];
  const clock = { now: Date.UTC(2026, 10, 23, 9) };
  const memory = createMemory({
    stores,
    availability: (name) => gates[name] ?? 'open',
    embedder,
    llm,
    readsFacts,
    modelCalls: new Slots(modelCallLimits),
    leaseMs,
    waits,
    now: () => clock.now,
    warn: (what, error) => warnings.push(`${what}: ${errorText(error)}`),
    limits: { history: 50, recall: 8 },
  });
  return {
    memory,
    stores,
    gates,
    clock,
    warnings,
    say: async (scope, id, text) => {
      await memory.accept(scope, { id, text });
      return answerOf(memory, scope, { id, text });
    },
    close: async () => {
      await memory.close();
      for (const store of [stores.record, stores.index, stores.cache]) await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The whole answer. @throws Error when none could be made. */
export async function answerOf(
  memory: Memory,
  scope: Scope,
  message: { readonly id: string; readonly text: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<WholeAnswer> {
  const answering = memory.answer(scope, message, signal);
  const pieces: string[] = [];
  for (;;) {
    const { done, value } = await answering.next();
    if (done) return whole(value.settled, pieces);
    pieces.push(value.text);
  }
}

function whole({ kind, turn, facts, certainty, degraded }: Settled, pieces: readonly string[]): WholeAnswer {
  if (kind === 'failed') throw new Error('No answer could be made.');
  return {
    ...{ text: turn.text, facts, pieces },
    ...(certainty === undefined ? {} : { certainty }),
    ...(degraded === undefined ? {} : { degraded }),
  };
}

/** The turns that a new connection is shown. */
export async function historyOf(memory: Memory, scope: Scope, limit: number): Promise<readonly Turn[]> {
  return (await memory.open(scope, limit)).history ?? [];
}
