/**
 * The graph: (:Session)<-[:IN]-(:Episode)<-[:SAID_IN]-(:Fact). Keys are JSON lists, so that ids with separators in them
 * cannot collide. Every statement is idempotent.
 */

export const constraints = [
  'CREATE CONSTRAINT session_key IF NOT EXISTS FOR (s:Session) REQUIRE s.key IS UNIQUE',
  'CREATE CONSTRAINT episode_key IF NOT EXISTS FOR (e:Episode) REQUIRE e.key IS UNIQUE',
  'CREATE CONSTRAINT fact_key IF NOT EXISTS FOR (f:Fact) REQUIRE f.key IS UNIQUE',
  'CREATE INDEX episode_session IF NOT EXISTS FOR (e:Episode) ON (e.sessionKey, e.place)',
  'CREATE INDEX episode_patient IF NOT EXISTS FOR (e:Episode) ON (e.patientId, e.recordedAt)',
  'CREATE INDEX fact_patient IF NOT EXISTS FOR (f:Fact) ON (f.patientId, f.recordedAt)',
  'CREATE INDEX fact_indexed_in IF NOT EXISTS FOR (f:Fact) ON (f.indexedIn)',
];

/** The dial writes, so that a read-only database does not pass for ready. */
export const dial = 'CREATE (d:Dial) DELETE d';

/**
 * Incrementing the count locks the session, so that two writers of one message are serialised here instead of failing at
 * the constraint. `attempt` tells an episode of this call, repeated by the driver or not, from an older one.
 */
export const addMessage = `
  MERGE (s:Session {key: $sessionKey})
    ON CREATE SET s.patientId = $patientId, s.sessionId = $sessionId
  SET s.count = coalesce(s.count, 0) + 1
  MERGE (e:Episode {key: $key})
    ON CREATE SET e += $episode, e.sessionKey = $sessionKey, e.place = s.count, e.attempt = $attempt
  MERGE (e)-[:IN]->(s)
  FOREACH (fact IN CASE WHEN e.attempt = $attempt THEN $facts ELSE [] END |
    MERGE (f:Fact {key: fact.key})
      ON CREATE SET f += fact, f.indexedIn = '', f.place = e.place + fact.part
    MERGE (f)-[:SAID_IN]->(e)
  )
  RETURN e.text AS text, e.recordedAt AS recordedAt, e.attempt <> $attempt AS duplicate`;

/** An answer's key contains the message it answers, so a message has at most one. Its place follows the message. */
export const addAnswer = `
  MERGE (s:Session {key: $sessionKey})
    ON CREATE SET s.patientId = $patientId, s.sessionId = $sessionId
  SET s.count = coalesce(s.count, 0) + 1
  WITH s
  OPTIONAL MATCH (m:Episode {key: $messageKey})
  MERGE (e:Episode {key: $key})
    ON CREATE SET e += $episode, e.sessionKey = $sessionKey, e.place = coalesce(m.place, s.count) + 0.5
  MERGE (e)-[:IN]->(s)`;

const turn =
  'e.id AS id, e.speaker AS speaker, e.text AS text, e.recordedAt AS recordedAt, e.replyTo AS replyTo';

export const answerTo = `MATCH (e:Episode {key: $key}) RETURN ${turn}`;

export const history = `
  MATCH (e:Episode {sessionKey: $sessionKey})
  WITH e ORDER BY e.place DESC LIMIT toInteger($limit)
  RETURN ${turn} ORDER BY e.place`;

export const recent = `
  MATCH (e:Episode {patientId: $patientId})
  WITH e ORDER BY e.recordedAt DESC, e.place DESC LIMIT toInteger($limit)
  RETURN ${turn} ORDER BY e.recordedAt, e.place`;

const fact =
  'f.id AS id, f.patientId AS patientId, f.text AS text, f.recordedAt AS recordedAt, f.sourceId AS sourceId';

export const facts = `
  MATCH (f:Fact {patientId: $patientId})
  RETURN ${fact} ORDER BY f.recordedAt DESC, f.place DESC LIMIT toInteger($limit)`;

export const factsById = `MATCH (f:Fact) WHERE f.key IN $keys RETURN ${fact}`;

/** Two ranges instead of `<>`, since an index can seek ranges only. */
export const unindexed = `
  MATCH (f:Fact) WHERE f.indexedIn < $indexId OR f.indexedIn > $indexId
  RETURN ${fact} ORDER BY f.recordedAt, f.place LIMIT toInteger($limit)`;

export const markIndexed = 'MATCH (f:Fact) WHERE f.key IN $keys SET f.indexedIn = $indexId';
