import { z } from 'zod';
import { codeOf, type Graph } from './graph.ts';

/** One version of the graph's schema. Released versions are never changed. */
interface Migration {
  /** Constraints and indexes; each is its own transaction, and idempotent. */
  readonly schema: readonly string[];
  /** Changes data batch by batch, until it returns 0. Idempotent, so that a process may end in the middle. */
  readonly batch?: string;
}

const migrations: readonly Migration[] = [
  {
    schema: [
      'CREATE CONSTRAINT session_key IF NOT EXISTS FOR (s:Session) REQUIRE s.key IS UNIQUE',
      'CREATE CONSTRAINT episode_key IF NOT EXISTS FOR (e:Episode) REQUIRE e.key IS UNIQUE',
      'CREATE CONSTRAINT fact_key IF NOT EXISTS FOR (f:Fact) REQUIRE f.key IS UNIQUE',
      'CREATE INDEX fact_indexed_in IF NOT EXISTS FOR (f:Fact) ON (f.indexedIn)',
    ],
  },
  // Sessions become logs. The order of commits was kept within a session only; between a patient's sessions the clock has
  // the last word here.
  {
    schema: [
      'CREATE CONSTRAINT patient_id IF NOT EXISTS FOR (p:Patient) REQUIRE p.id IS UNIQUE',
      'DROP INDEX episode_session IF EXISTS',
      'DROP INDEX episode_patient IF EXISTS',
      'DROP INDEX fact_patient IF EXISTS',
      'CREATE INDEX episode_offset IF NOT EXISTS FOR (e:Episode) ON (e.sessionKey, e.offset)',
      'CREATE INDEX episode_order IF NOT EXISTS FOR (e:Episode) ON (e.sessionKey, e.messageOffset)',
      'CREATE INDEX episode_place IF NOT EXISTS FOR (e:Episode) ON (e.patientId, e.place)',
      'CREATE INDEX episode_owed IF NOT EXISTS FOR (e:Episode) ON (e.state, e.leaseUntil)',
      'CREATE INDEX fact_place IF NOT EXISTS FOR (f:Fact) ON (f.patientId, f.place)',
    ],
    batch: `
      MATCH (s:Session) WHERE s.epoch IS NULL
      WITH DISTINCT s.patientId AS patientId LIMIT 50
      MERGE (p:Patient {id: patientId}) SET p.last = 0
      WITH p
      CALL {
        WITH p
        MATCH (s:Session {patientId: p.id})
        MATCH (e:Episode {sessionKey: s.key})
        WITH s, e ORDER BY e.place
        WITH s, collect(e) AS episodes
        SET s.epoch = randomUUID(), s.last = size(episodes)
        REMOVE s.count
        WITH episodes
        UNWIND range(1, size(episodes)) AS offset
        WITH episodes[offset - 1] AS e, offset
        SET e.offset = offset, e.messageOffset = offset, e.facts = '[]'
        RETURN count(e) AS counted
      }
      CALL {
        WITH p
        MATCH (e:Episode {patientId: p.id})
        WITH p, e ORDER BY e.recordedAt, e.sessionKey, e.offset
        WITH p, collect(e) AS episodes
        SET p.last = size(episodes)
        WITH episodes
        UNWIND range(1, size(episodes)) AS place
        WITH episodes[place - 1] AS e, place
        SET e.place = place, e.kind = CASE WHEN e.replyTo IS NULL THEN 'turn' ELSE 'answer' END
        RETURN count(e) AS placed
      }
      CALL {
        WITH p
        MATCH (m:Episode {patientId: p.id, kind: 'turn'})
        OPTIONAL MATCH (a:Episode {sessionKey: m.sessionKey, replyTo: m.id})
        SET m.state = CASE WHEN a IS NULL THEN 'owed' ELSE 'answer' END,
          m.outcome = a.key, m.attempt = 0, m.tries = 0, m.leaseUntil = 0, a.messageOffset = m.offset
        RETURN count(m) AS owed
      }
      CALL {
        WITH p
        MATCH (f:Fact {patientId: p.id})-[:SAID_IN]->(e:Episode)
        SET f.place = e.place + coalesce(f.part, 0)
        REMOVE f.part
        RETURN count(f) AS facts
      }
      RETURN count(p) AS changed`,
  },
  // What patients stated, and the messages that it was not read from yet: at first all. Those that another process has read
  // meanwhile count their reads.
  {
    schema: [
      'CREATE INDEX episode_unread IF NOT EXISTS FOR (e:Episode) ON (e.readDue)',
      'CREATE INDEX statement_place IF NOT EXISTS FOR (s:Statement) ON (s.patientId, s.place)',
    ],
    batch: `
      MATCH (e:Episode) WHERE e.reads IS NULL AND e.readDue IS NULL AND e.replyTo IS NULL AND e.replacedBy IS NULL
      WITH e LIMIT 1000
      SET e.readDue = 0
      RETURN count(e) AS changed`,
  },
  // What an index lacks of one patient.
  { schema: ['CREATE INDEX fact_unindexed IF NOT EXISTS FOR (f:Fact) ON (f.patientId, f.indexedIn)'] },
];

/** A node that is written in every step: two processes that migrate take turns. */
const lockSchema = `
  MERGE (s:Schema {name: 'record'}) ON CREATE SET s.version = 0
  SET s.isLocked = true
  RETURN s.version AS version`;

const raiseVersion = `
  MATCH (s:Schema {name: 'record'})
  SET s.version = CASE WHEN s.version < $to THEN $to ELSE s.version END`;

/**
 * The time limit of one step, in milliseconds. A constraint is made only after every node was read, which takes longer
 * than any statement of the chat; a step that was cut would begin anew at every attempt.
 */
const stepMs = 60_000;

const versioned = z.tuple([z.object({ version: z.number() })]);
const changes = z.tuple([z.object({ changed: z.number() })]);

/**
 * Brings the graph's schema up to date, step by step; several processes may do so at the same time.
 * @throws Error when the graph was written by a newer version of the app.
 */
export async function migrate(graph: Graph): Promise<void> {
  await define(graph, 'CREATE CONSTRAINT schema_name IF NOT EXISTS FOR (s:Schema) REQUIRE s.name IS UNIQUE');
  const [{ version }] = versioned.parse(await graph.write((run) => run(lockSchema), stepMs));
  if (version > migrations.length)
    throw new Error(
      `The record has schema version ${version}; this version of the app knows up to ${migrations.length}. Use the app that wrote it, or another database.`,
    );
  for (const [at, { schema, batch }] of migrations.entries()) {
    if (at < version) continue;
    for (const statement of schema) await define(graph, statement);
    while (batch !== undefined && (await changed(graph, batch)) > 0);
    await graph.write((run) => run(raiseVersion, { to: at + 1 }), stepMs);
  }
}

/** `IF NOT EXISTS` looks before it creates, so another process may come between. */
async function define(graph: Graph, statement: string): Promise<void> {
  await graph
    .write((run) => run(statement), stepMs)
    .catch((error: unknown) => {
      if (codeOf(error) !== 'Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists') throw error;
    });
}

function changed(graph: Graph, batch: string): Promise<number> {
  return graph.write(async (run) => {
    await run(lockSchema);
    const [row] = changes.parse(await run(batch));
    return row.changed;
  }, stepMs);
}
