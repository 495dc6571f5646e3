import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalEmbedder } from '../../../app/meaning/local-embedder.ts';
import { createStores } from '../../../app/stores/create-stores.ts';
import type { Stores } from '../../../app/stores/types.ts';
import { cachedModels } from '../../../scripts/models/cached-models.ts';
import { envOf } from '../../stores/real.ts';
import { writeResult } from '../result.ts';
import { chatting } from './chatting.ts';
import { recallTimes } from './recalling.ts';

/**
 * `npm run bench:memory [-- --json] [--write] [--patients N] [--seconds N]`: how long recall takes over embedded stores, how
 * many turns are embedded while clients chat, and what the process takes for it. Each part has stores of its own.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    patients: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
  },
});
const goals = { recallMs: 20, turnsPerSecond: 150, indexLagMs: 2_000, eventLoopMs: 20, rssMb: 360 };

const embedder = new LocalEmbedder(await cachedModels((line) => console.error(line)));
await embedder.embed([{ text: 'Hello', patientId: '', isQuestion: false }]);
const size = { patients: Number(values.patients), turnsOfEach: 100, bigTurns: 10_000 };
// First, since what filling takes would count as what chatting takes.
const chat = await over((stores) =>
  chatting(stores, embedder, { clients: 50, seconds: Number(values.seconds) }),
);
const recall = await over((stores) => recallTimes(stores, embedder, size));
await embedder.close();
const result = {
  ...{ size, recall, chat },
  reached: {
    [`recall p95 ≤ ${goals.recallMs} ms, many patients`]: recall.manyP95Ms <= goals.recallMs,
    [`recall p95 ≤ ${goals.recallMs} ms, 10,000 turns`]: recall.bigP95Ms <= goals.recallMs,
    [`≥ ${goals.turnsPerSecond} turns/s`]: chat.turnsPerSecond >= goals.turnsPerSecond,
    [`index lag ≤ ${goals.indexLagMs} ms`]: chat.indexLagMs <= goals.indexLagMs,
    [`event-loop delay p99 ≤ ${goals.eventLoopMs} ms`]: chat.eventLoopDelayP99Ms <= goals.eventLoopMs,
    [`RSS ≤ ${goals.rssMb} MB`]: chat.rssMb <= goals.rssMb,
  },
};
console.log(JSON.stringify(result, undefined, values.json ? undefined : 2));
if (values.write) await writeResult('docs/bench/memory.json', result);

async function over<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-memory-'));
  const stores = await createStores(envOf({ EMBEDDED_STORES: 'redis,neo4j,qdrant', DATA_DIR: folder }));
  try {
    return await work(stores);
  } finally {
    for (const store of [stores.record, stores.index, stores.cache]) await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}
