import type { StoreName } from '../../contract/services/backend-variables.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { productOf } from '../../dial/products.ts';
import { firstLine } from '../../dial/words.ts';
import type { Gates } from './gates.ts';
import type { Logger } from '../observability/logger.ts';
import type { Memory } from '../memory/types.ts';
import type { Connections } from '../ws/connections.ts';

/** The lines people who run this have always known. */
const initializedLines: Readonly<Record<StoreName, string>> = {
  redis: 'Redis session cache initialized',
  neo4j: 'Neo4j backend initialized',
  qdrant: 'Qdrant search index initialized',
};

interface Listeners {
  readonly connections: Connections;
  readonly memory: Memory;
  readonly log: Logger;
  readonly embedded: readonly StoreName[];
}

/** Whenever a store comes or goes: the log, every connection, and the index that may have missed something. */
export function tellOfStores(gates: Gates, { connections, memory, log, embedded }: Listeners): void {
  gates.on('initialized', (name) =>
    log.info(`${initializedLines[name]}${embedded.includes(name) ? ' (embedded: SQLite)' : ''}`),
  );
  gates.on('ready', () => log.info('Patient Memory Service initialized'));
  gates.on('failed', ({ name, attempts }, explanation) =>
    log.warn({ attempts }, `${productOf[name]} is away: ${explanation}`),
  );
  let everOpen: readonly StoreName[] = [];
  gates.on('changed', (gate, before) => {
    const isOpen = gate.state === 'open';
    if (isOpen && everOpen.includes(gate.name)) log.info(`${productOf[gate.name]} is back`);
    if (isOpen) everOpen = [...everOpen, gate.name];
    if (isOpen || before === 'open') connections.tell(gate);
    if (isOpen && canReindex(gates)) reindex(memory, log);
  });
}

/** The index is filled from the record, so both must be there. */
function canReindex(gates: Gates): boolean {
  return ([neo4jName, qdrantName] as const).every((name) => gates.state(name) === 'open');
}

function reindex(memory: Memory, log: Logger): void {
  void memory
    .reindex()
    .catch((error: unknown) =>
      log.warn({ reason: firstLine(error) }, 'The search index could not catch up yet'),
    );
}
