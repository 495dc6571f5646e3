import { parseArgs } from 'node:util';
import type { Env } from '../../../contract/backend-env.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import { parsedEnvironment } from '../../../app/config.ts';
import { startApp } from '../../../app/start.ts';
import { createStores, type StoreSurroundings } from '../../../app/stores/create-stores.ts';
import type { RecordStore, SearchIndex, Stores } from '../../../app/stores/types.ts';
import { Failpoints, type Failpoint } from './failpoints.ts';
import { remoteStore } from './remote-stores.ts';
import { withShortLeases } from './short-leases.ts';

/**
 * The real app as a process of its own: `node replica.ts [--record PORT] [--index PORT]`, where a record or an index is
 * served for all replicas. Its parent tells it where to end.
 */
const { values: ports } = parseArgs({ options: { record: { type: 'string' }, index: { type: 'string' } } });
const failpoints = new Failpoints();
process.on('message', (failpoint: Failpoint) => failpoints.arm(failpoint));
process.on('disconnect', () => process.exit());

const parsed = parsedEnvironment();
if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
const app = await startApp(parsed.env, { createStores: storesOf });
process.on('SIGTERM', () => void app.stop().then(() => process.exit()));

async function storesOf(env: Env, surroundings?: StoreSurroundings): Promise<Stores> {
  const { record, index, cache } = await createStores(env, surroundings);
  const timeoutMs = env.STORE_TIMEOUT;
  return failpoints.around({
    record: withShortLeases(
      ports.record ? remoteStore<RecordStore>(neo4jName, Number(ports.record), timeoutMs) : record,
    ),
    index: ports.index ? remoteStore<SearchIndex>(qdrantName, Number(ports.index), timeoutMs) : index,
    cache,
  });
}
