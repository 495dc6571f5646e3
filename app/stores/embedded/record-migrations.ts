/** The schema of the embedded record; each step raises its version by one. Released steps are never changed. */
export const recordMigrations = [
  `CREATE TABLE IF NOT EXISTS episode (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, speaker TEXT NOT NULL, id TEXT NOT NULL,
     text TEXT NOT NULL, recordedAt TEXT NOT NULL, replyTo TEXT,
     UNIQUE (patientId, sessionId, speaker, id),
     UNIQUE (patientId, sessionId, replyTo)
   );
   CREATE TABLE IF NOT EXISTS fact (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, recordedAt TEXT NOT NULL,
     sourceId TEXT NOT NULL, indexedIn TEXT NOT NULL DEFAULT '',
     UNIQUE (patientId, id)
   );
   CREATE INDEX IF NOT EXISTS episode_newest ON episode (patientId, recordedAt, seq);
   CREATE INDEX IF NOT EXISTS fact_newest ON fact (patientId, recordedAt, seq);
   CREATE INDEX IF NOT EXISTS fact_index ON fact (indexedIn);`,

  // Sessions become logs. "place" is the order of commits over all sessions, "messageOffset" the offset of the message
  // an event belongs to, so that answers sort behind their messages.
  `CREATE TABLE session (
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, epoch TEXT NOT NULL, last INTEGER NOT NULL,
     PRIMARY KEY (patientId, sessionId)
   ) WITHOUT ROWID;
   CREATE TABLE event (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, "offset" INTEGER NOT NULL, messageOffset INTEGER NOT NULL,
     kind TEXT NOT NULL, speaker TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, recordedAt TEXT NOT NULL,
     replyTo TEXT, facts TEXT NOT NULL DEFAULT '[]', degraded TEXT,
     UNIQUE (patientId, sessionId, "offset")
   );
   INSERT INTO event (place, patientId, sessionId, "offset", messageOffset, kind, speaker, id, text, recordedAt, replyTo)
     SELECT seq, patientId, sessionId, row_number() OVER (PARTITION BY patientId, sessionId ORDER BY seq), 0,
       iif(replyTo IS NULL, 'turn', 'answer'), speaker, id, text, recordedAt, replyTo
     FROM episode ORDER BY seq;
   INSERT INTO session
     SELECT patientId, sessionId, lower(hex(randomblob(16))), max("offset") FROM event GROUP BY patientId, sessionId;
   CREATE UNIQUE INDEX event_message ON event (patientId, sessionId, id) WHERE replyTo IS NULL;
   CREATE INDEX event_answer ON event (patientId, sessionId, replyTo) WHERE replyTo IS NOT NULL;
   UPDATE event SET messageOffset = coalesce(
     (SELECT m."offset" FROM event m WHERE m.patientId = event.patientId AND m.sessionId = event.sessionId
        AND m.replyTo IS NULL AND m.id = event.replyTo), "offset");
   CREATE INDEX event_order ON event (patientId, sessionId, messageOffset, "offset");
   CREATE INDEX event_newest ON event (patientId, place);
   CREATE TABLE owed (
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, messageId TEXT NOT NULL, state TEXT NOT NULL,
     attempt INTEGER NOT NULL, tries INTEGER NOT NULL, owner TEXT, leaseUntil INTEGER NOT NULL,
     PRIMARY KEY (patientId, sessionId, messageId)
   ) WITHOUT ROWID;
   INSERT INTO owed
     SELECT m.patientId, m.sessionId, m.id, iif(a.place IS NULL, 'owed', 'answer'), 0, 0, NULL, 0
     FROM event m LEFT JOIN event a
       ON a.patientId = m.patientId AND a.sessionId = m.sessionId AND a.replyTo = m.id
     WHERE m.replyTo IS NULL;
   CREATE INDEX owed_due ON owed (leaseUntil) WHERE state = 'owed';
   DROP TABLE episode;
   DROP INDEX fact_newest;
   ALTER TABLE fact ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
   UPDATE fact SET place = coalesce(
     (SELECT min(m.place) FROM event m WHERE m.patientId = fact.patientId AND m.id = fact.sourceId
        AND m.replyTo IS NULL AND m.recordedAt = fact.recordedAt), 0);
   CREATE INDEX fact_newest ON fact (patientId, place, seq);`,

  // Edits.
  `ALTER TABLE event ADD COLUMN replaces TEXT;
   ALTER TABLE event ADD COLUMN replacedBy TEXT;
   ALTER TABLE fact ADD COLUMN isReplaced INTEGER NOT NULL DEFAULT 0;`,

  // How sure an answer is.
  `ALTER TABLE event ADD COLUMN certainty TEXT;`,

  // Which attempt an answer's end is of.
  `ALTER TABLE event ADD COLUMN attempt INTEGER;`,

  // What patients stated, and the messages that it was not read from yet: at first all. Of a message only what is read
  // from it later is known.
  `CREATE TABLE unread (
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, messageId TEXT NOT NULL,
     attempt INTEGER NOT NULL DEFAULT 0, dueAt INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (patientId, sessionId, messageId)
   ) WITHOUT ROWID;
   CREATE INDEX unread_due ON unread (dueAt);
   INSERT INTO unread (patientId, sessionId, messageId)
     SELECT patientId, sessionId, id FROM event WHERE replyTo IS NULL AND replacedBy IS NULL;
   CREATE TABLE statement (
     place INTEGER NOT NULL, part INTEGER NOT NULL, patientId TEXT NOT NULL, id TEXT NOT NULL,
     recordedAt TEXT NOT NULL, sourceId TEXT NOT NULL, stated TEXT NOT NULL,
     PRIMARY KEY (patientId, place, part)
   ) WITHOUT ROWID;`,

  // What an index lacks of one patient.
  `CREATE INDEX fact_unindexed ON fact (patientId, indexedIn);`,
];
