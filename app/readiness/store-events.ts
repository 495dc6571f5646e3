import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { firstLine } from '../../dial/client-errors.ts';
import type { Memory } from '../memory/types.ts';
import type { Logger } from '../observability/logger.ts';
import type { Connections } from '../ws/connections.ts';
import { productOf } from './dependencies.ts';
import type { Gates } from './gates.ts';

/** Log lines that operators already search for. */
const initializedLines: ReadonlyMap<string, string> = new Map([
  [redisName, 'Redis session cache initialized'],
  [neo4jName, 'Neo4j backend initialized'],
  [qdrantName, 'Qdrant search index initialized'],
]);

interface Listeners {
  readonly connections: Connections;
  readonly memory: Memory;
  readonly log: Logger;
  readonly embedded: readonly string[];
}

/** Reports each change of a gate: to the log, to every connection, and to the memory, whose index may lack facts. */
export function reportStoreEvents(gates: Gates, { connections, memory, log, embedded }: Listeners): void {
  gates.on('initialized', (name) => {
    const line = initializedLines.get(name) ?? `${productOf(name)} initialized`;
    log.info(`${line}${embedded.includes(name) ? ' (embedded)' : ''}`);
  });
  gates.on('ready', () => log.info('Patient Memory Service initialized'));
  gates.on('failed', ({ name, attempts }, explanation) =>
    log.warn({ attempts }, `${productOf(name)} is away: ${explanation}`),
  );
  const everOpen = new Set<string>();
  gates.on('changed', (gate, before) => {
    const isOpen = gate.state === 'open';
    if (isOpen && everOpen.has(gate.name)) log.info(`${productOf(gate.name)} is back`);
    if (isOpen) everOpen.add(gate.name);
    if (isOpen || before === 'open') connections.tell(gate);
    if (isOpen && canReindex(gates)) reindex(memory, log);
  });
}

/** The index is filled from the record, so both must be open. */
function canReindex(gates: Gates): boolean {
  return [neo4jName, qdrantName].every((name) => gates.state(name) === 'open');
}

function reindex(memory: Memory, log: Logger): void {
  void memory
    .reindex({ wasAway: true })
    .catch((error: unknown) =>
      log.warn({ reason: firstLine(error) }, 'The search index could not catch up yet'),
    );
}
