import { join } from 'node:path';
import { EmbeddedRecordStore } from '../../../app/stores/embedded/record-store.ts';
import { Neo4jRecordStore } from '../../../app/stores/neo4j/record-store.ts';
import type { RecordStore } from '../../../app/stores/types.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { startNeo4j } from '../../servers/neo4j/neo4j.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { envOf } from '../real.ts';
import { serveStore } from './remote-stores.ts';

/** The record that replicas share, as a server. */
export interface RecordServer {
  readonly port: number;
  /** Past the network. */
  readonly record: RecordStore;
  /** How a replica reaches it through a proxy. */
  reachedAt(port: number): {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly embedded: readonly string[];
  };
  /** Ends it as a crash does, and starts it again. Does nothing where it is this process. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Between what the app does and what the record has; a planted fault. */
export type Between = (record: RecordStore) => RecordStore;

/** The embedded record, served by this process. */
export async function startEmbeddedRecord(folder: string, between: Between): Promise<RecordServer> {
  const record = between(new EmbeddedRecordStore(join(folder, 'record.sqlite')));
  const served = await serveStore(record);
  return {
    ...{ port: served.port, record },
    stop: () => served.stop(),
    crash: () => Promise.resolve(),
    reachedAt: (at) => ({ args: ['--record', String(at)], env: {}, embedded: [neo4jName] }),
  };
}

/** A Neo4j. */
export async function startNeo4jRecord(folder: string): Promise<RecordServer> {
  const options = { folder: join(folder, 'neo4j'), password: 'a-password-of-tests' };
  let neo4j = await startNeo4j(options);
  const { port, password } = neo4j;
  const envAt = (at: number): Readonly<Record<string, string>> => ({
    ...{ NEO4J_HOST: LOOPBACK, NEO4J_PORT: String(at), NEO4J_PASSWORD: password },
    // The first statements of a cold database take their time.
    STORE_TIMEOUT: '5000',
  });
  const record = new Neo4jRecordStore(envOf(envAt(port)));
  let crashing = Promise.resolve();
  const crash = async (): Promise<void> => {
    await neo4j.kill();
    neo4j = await startNeo4j({ ...options, port });
  };
  return {
    ...{ port, record },
    reachedAt: (at) => ({ args: [], env: envAt(at), embedded: [] }),
    crash: () => (crashing = crashing.then(crash)),
    stop: async () => {
      await crashing;
      await record.close();
      await neo4j.stop();
    },
  };
}
