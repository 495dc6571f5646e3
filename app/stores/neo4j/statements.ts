/**
 * The graph: (:Session)<-[:IN]-(:Episode)<-[:SAID_IN]-(:Fact), and a (:Patient) that counts the commits of all sessions.
 * An episode is an event of its session's log. That an answer is owed is written on its message: state, attempt, tries,
 * owner, leaseUntil; `outcome` is then the key of the event that settled it. A message that no facts were read from yet
 * has a `readDue`, and counts its `reads`; what was read from it are (:Statement)-[:STATED_IN]->(:Episode).
 */

/** The dial writes, so that a read-only database does not pass for ready. */
export const dial = 'CREATE (d:Dial) DELETE d';

/** Sorted by the caller, so that two writers lock in the same order. What is locked here is read by the next statement. */
export const lockPatients = `
  UNWIND $patients AS id
  MERGE (p:Patient {id: id}) ON CREATE SET p.last = 0
  SET p.isLocked = true`;

export const openSessions = `
  UNWIND $sessions AS session
  MERGE (s:Session {key: session.key})
    ON CREATE SET s.patientId = session.patientId, s.sessionId = session.sessionId, s.epoch = session.epoch, s.last = 0
  WITH s
  MATCH (p:Patient {id: s.patientId})
  RETURN s.key AS key, s.epoch AS epoch, s.last AS offset, p.id AS patientId, p.last AS place`;

const turn = `e.id AS id, e.offset AS offset, e.kind AS kind, e.speaker AS speaker, e.text AS text,
    e.recordedAt AS recordedAt, e.replyTo AS replyTo, e.replaces AS replaces, e.replacedBy AS replacedBy`;

const event = `${turn}, e.facts AS facts, e.degraded AS degraded, e.certainty AS certainty,
  CASE WHEN e.replyTo IS NULL THEN null ELSE e.attempt END AS ofAttempt`;

/** Locks the messages as a claim does, so that what is decided by their state and attempt holds until the commit. */
export const knownMessages = `
  UNWIND $keys AS key
  MATCH (m:Episode {key: key}) SET m.isLocked = true
  WITH m OPTIONAL MATCH (e:Episode {key: m.outcome})
  RETURN m.key AS key, m.text AS said, m.recordedAt AS saidAt, m.offset AS saidOffset, m.state AS state,
    m.attempt AS attempt, m.replacedBy IS NOT NULL AS isReplaced, e.key AS outcome, ${event}`;

export const createEvents = `
  UNWIND $events AS event
  MATCH (s:Session {key: event.sessionKey})
  CREATE (e:Episode)-[:IN]->(s)
  SET e = event.properties, e.leaseUntil = timestamp() + event.leaseMs,
    e.readDue = CASE WHEN event.properties.replyTo IS NULL THEN timestamp() END`;

export const createFacts = `
  UNWIND $facts AS fact
  MATCH (e:Episode {key: fact.messageKey})
  MERGE (f:Fact {key: fact.key}) ON CREATE SET f += fact.properties
  MERGE (f)-[:SAID_IN]->(e)`;

export const settleMessages = `
  UNWIND $settled AS change
  MATCH (m:Episode {key: change.key}) SET m.state = change.state, m.outcome = change.outcome`;

export const moveOn = `
  UNWIND $sessions AS session
  MATCH (s:Session {key: session.key}) SET s.last = session.offset`;

export const moveOnPatients = `
  UNWIND $patients AS patient
  MATCH (p:Patient {id: patient.id}) SET p.last = patient.place`;

/** The facts of a replaced message are recalled no more; its answer is marked too. */
export const replaceMessages = `
  UNWIND $replaced AS replaced
  MATCH (m:Episode {key: replaced.key}) SET m.replacedBy = replaced.by, m.state = replaced.state, m.readDue = null
  WITH m, replaced
  OPTIONAL MATCH (a:Episode {key: replaced.answer}) SET a.replacedBy = m.replacedBy
  WITH DISTINCT m
  OPTIONAL MATCH (s:Statement)-[:STATED_IN]->(m)
  DETACH DELETE s
  WITH DISTINCT m
  OPTIONAL MATCH (f:Fact)-[:SAID_IN]->(m) SET f.isReplaced = true`;

/** Setting a property locks the message before its state is read. */
export const oweAgain = `
  MATCH (m:Episode {key: $key}) SET m.isLocked = true
  WITH m WHERE m.state = 'failed'
  SET m.state = 'owed', m.tries = 0, m.owner = '', m.leaseUntil = 0`;

export const claim = `
  MATCH (m:Episode {key: $key}) SET m.isLocked = true
  WITH m, m.state = 'owed' AND (m.owner = $owner OR m.leaseUntil <= timestamp()) AS isFree
  FOREACH (ignored IN CASE WHEN isFree THEN [1] ELSE [] END |
    SET m.attempt = m.attempt + 1, m.tries = m.tries + 1, m.owner = $owner, m.leaseUntil = timestamp() + $leaseMs)
  RETURN coalesce(isFree, false) AS isFree, m.attempt AS attempt, m.tries AS tries, m.state AS state`;

/** A row when the answer is owed, and a lease on it is running. */
export const busy = `
  MATCH (m:Episode {key: $key}) WHERE m.state = 'owed' AND m.leaseUntil > timestamp() RETURN true AS isBusy`;

const heldClaims = `
  UNWIND $claims AS claim
  MATCH (m:Episode {key: claim.key}) SET m.isLocked = true
  WITH m, claim WHERE m.state = 'owed' AND m.attempt = claim.attempt`;

export const renew = `${heldClaims} SET m.leaseUntil = timestamp() + $leaseMs RETURN m.key AS key`;

export const release = `${heldClaims} SET m.leaseUntil = 0, m.tries = m.tries - 1`;

/** Setting a property locks the node, which migrations made. */
export const claimIndexing = `
  MATCH (s:Schema {name: 'record'}) SET s.isLocked = true
  WITH s, coalesce(s.indexer = $owner, false) OR coalesce(s.indexerUntil, 0) <= timestamp() AS isFree
  FOREACH (ignored IN CASE WHEN isFree THEN [1] ELSE [] END |
    SET s.indexer = $owner, s.indexerUntil = timestamp() + $leaseMs)
  RETURN isFree`;

export const owed = `
  MATCH (m:Episode) WHERE m.state = 'owed' AND m.leaseUntil <= timestamp()
  RETURN m.patientId AS patientId, m.sessionId AS sessionId, m.id AS messageId, m.text AS text
  ORDER BY m.leaseUntil, m.place LIMIT toInteger($limit)`;

export const dueUnread = `
  MATCH (m:Episode) WHERE m.readDue <= timestamp()
  RETURN m.key AS key ORDER BY m.readDue DESC LIMIT toInteger($limit)`;

/**
 * Messages of a replica of an earlier version that still runs: it marks none as unread. What has a lease that ran out
 * lately is found by an index.
 */
export const queueUnmarked = `
  MATCH (m:Episode)
  WHERE m.state IN ['owed', 'answer', 'stopped', 'failed'] AND m.leaseUntil > timestamp() - toInteger($sinceMs)
    AND m.reads IS NULL AND m.readDue IS NULL AND m.replacedBy IS NULL
  WITH m LIMIT toInteger($limit)
  SET m.readDue = timestamp()`;

/**
 * Another process may have taken them meanwhile. Setting a property locks the messages before that is looked at. What a
 * replica of an earlier version replaced is still marked as unread.
 */
export const takeUnread = `
  MATCH (m:Episode) WHERE m.key IN $keys
  WITH m ORDER BY m.key
  SET m.isLocked = true, m.readDue = CASE WHEN m.replacedBy IS NULL THEN m.readDue END
  WITH m WHERE m.readDue <= timestamp()
  SET m.reads = coalesce(m.reads, 0) + 1, m.readDue = timestamp() + toInteger($leaseMs)
  RETURN m.patientId AS patientId, m.sessionId AS sessionId, m.id AS messageId, m.text AS text,
    m.recordedAt AS recordedAt, m.reads AS attempt`;

const takenMessage = `
  MATCH (m:Episode {key: $key}) SET m.isLocked = true
  WITH m WHERE m.readDue IS NOT NULL AND m.reads = $attempt AND m.replacedBy IS NULL`;

export const markRead = `${takenMessage}
  SET m.readDue = null
  WITH m
  UNWIND $statements AS row
  CREATE (s:Statement)-[:STATED_IN]->(m)
  SET s = row, s.patientId = m.patientId, s.recordedAt = m.recordedAt, s.sourceId = m.id, s.place = m.place`;

export const postpone = `${takenMessage} SET m.readDue = timestamp() + toInteger($ms)`;

export const unread = `
  MATCH (m:Episode) WHERE m.readDue IS NOT NULL
  RETURN count(m) AS inAll, sum(CASE WHEN m.reads >= $failingFrom THEN 1 ELSE 0 END) AS failing`;

/** A replica of an earlier version that replaces a message leaves what was stated in it. */
export const statements = `
  MATCH (s:Statement {patientId: $patientId})-[:STATED_IN]->(m:Episode) WHERE m.replacedBy IS NULL
  WITH s ORDER BY s.place DESC, s.part DESC LIMIT toInteger($limit)
  RETURN properties(s) AS statement ORDER BY s.place DESC, s.part DESC`;

export const outcomeOf = `
  MATCH (m:Episode {key: $key}) WHERE m.state <> 'owed'
  MATCH (e:Episode {key: m.outcome})
  MATCH (s:Session {key: m.sessionKey})
  RETURN s.epoch AS epoch, ${event}`;

export const positions = `
  MATCH (s:Session) WHERE s.key IN $sessionKeys
  RETURN s.patientId AS patientId, s.sessionId AS sessionId, s.epoch AS epoch, s.last AS offset`;

export const events = `
  MATCH (s:Session {key: $sessionKey})
  MATCH (e:Episode {sessionKey: $sessionKey}) WHERE e.offset > $after
  RETURN s.epoch AS epoch, ${event} ORDER BY e.offset LIMIT toInteger($limit)`;

export const history = `
  MATCH (e:Episode {sessionKey: $sessionKey}) WHERE e.kind <> 'failed'
  WITH e ORDER BY e.messageOffset DESC, e.offset DESC LIMIT toInteger($limit)
  RETURN ${turn}, e.state = 'failed' AS hasFailed ORDER BY e.messageOffset, e.offset`;

export const recent = `
  MATCH (e:Episode {patientId: $patientId}) WHERE e.kind <> 'failed'
  WITH e ORDER BY e.place DESC LIMIT toInteger($limit)
  RETURN ${turn} ORDER BY e.place`;

/** The fraction of a fact's place is its place within its message. */
const fact = `f.id AS id, f.patientId AS patientId, f.text AS text, f.recordedAt AS recordedAt,
    f.sourceId AS sourceId, toInteger(f.place) AS place`;

export const facts = `
  MATCH (f:Fact {patientId: $patientId}) WHERE f.isReplaced IS NULL
  RETURN ${fact} ORDER BY f.place DESC LIMIT toInteger($limit)`;

export const factsById = `MATCH (f:Fact) WHERE f.key IN $keys AND f.isReplaced IS NULL RETURN ${fact}`;

/**
 * In the order of commits within each patient; between patients there is none. Two ranges instead of `<>`, since an index
 * can seek ranges only.
 */
export const unindexed = `
  MATCH (f:Fact) WHERE f.indexedIn < $indexId OR f.indexedIn > $indexId
  RETURN ${fact} ORDER BY f.patientId, f.place LIMIT toInteger($limit)`;

export const unindexedOf = `
  UNWIND range(0, size($asked) - 1) AS at
  WITH at, $asked[at] AS asked
  CALL {
    WITH asked
    MATCH (f:Fact {patientId: asked.patientId})
    WHERE (f.indexedIn < asked.indexId OR f.indexedIn > asked.indexId) AND f.isReplaced IS NULL
    RETURN f ORDER BY f.place DESC LIMIT toInteger($limit)
  }
  RETURN at, ${fact} ORDER BY at, f.place DESC`;

export const indexed = 'MATCH (f:Fact {indexedIn: $indexId}) RETURN count(f) AS indexed';

export const markIndexed = 'MATCH (f:Fact) WHERE f.key IN $keys SET f.indexedIn = $indexId';
