-- What the app of release 0.1 (commit 2313a2af) wrote to record.sqlite.
CREATE TABLE episode (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, speaker TEXT NOT NULL, id TEXT NOT NULL,
     text TEXT NOT NULL, recordedAt TEXT NOT NULL, replyTo TEXT,
     UNIQUE (patientId, sessionId, speaker, id),
     UNIQUE (patientId, sessionId, replyTo)
   );
CREATE TABLE fact (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, recordedAt TEXT NOT NULL,
     sourceId TEXT NOT NULL, indexedIn TEXT NOT NULL DEFAULT '',
     UNIQUE (patientId, id)
   );
CREATE INDEX episode_newest ON episode (patientId, recordedAt, seq);
CREATE INDEX fact_newest ON fact (patientId, recordedAt, seq);
CREATE INDEX fact_index ON fact (indexedIn);
INSERT INTO episode (seq, patientId, sessionId, speaker, id, text, recordedAt, replyTo) VALUES (1, 'patient:demo', 'session:1', 'patient', 'm1', 'I have a cat.', '2026-11-23T09:00:01.000Z', NULL);
INSERT INTO episode (seq, patientId, sessionId, speaker, id, text, recordedAt, replyTo) VALUES (2, 'patient:demo', 'session:1', 'patient', 'm2', 'What is my cat called?', '2026-11-23T09:00:02.000Z', NULL);
INSERT INTO episode (seq, patientId, sessionId, speaker, id, text, recordedAt, replyTo) VALUES (3, 'patient:demo', 'session:1', 'assistant', 'answer-m2', 'I don''t know.', '2026-11-23T09:00:04.000Z', 'm2');
INSERT INTO episode (seq, patientId, sessionId, speaker, id, text, recordedAt, replyTo) VALUES (4, 'patient:demo', 'session:1', 'assistant', 'answer-m1', 'Noted.', '2026-11-23T09:00:05.000Z', 'm1');
INSERT INTO episode (seq, patientId, sessionId, speaker, id, text, recordedAt, replyTo) VALUES (5, 'patient:demo', 'session:2', 'patient', 'm1', 'My cat''s called Milo.', '2026-11-23T09:00:06.000Z', NULL);
INSERT INTO episode (seq, patientId, sessionId, speaker, id, text, recordedAt, replyTo) VALUES (6, 'patient:other', 'session:1', 'patient', 'm1', 'I have a dog.', '2026-11-23T09:00:07.000Z', NULL);
INSERT INTO episode (seq, patientId, sessionId, speaker, id, text, recordedAt, replyTo) VALUES (7, 'patient:other', 'session:1', 'assistant', 'answer-m1', 'Noted.', '2026-11-23T09:00:08.000Z', 'm1');
INSERT INTO fact (seq, patientId, id, text, recordedAt, sourceId, indexedIn) VALUES (1, 'patient:demo', 'fact:cat', 'I have a cat.', '2026-11-23T09:00:01.000Z', 'm1', 'index:old');
INSERT INTO fact (seq, patientId, id, text, recordedAt, sourceId, indexedIn) VALUES (2, 'patient:demo', 'fact:milo', 'My cat''s called Milo.', '2026-11-23T09:00:06.000Z', 'm1', '');
INSERT INTO fact (seq, patientId, id, text, recordedAt, sourceId, indexedIn) VALUES (3, 'patient:other', 'fact:dog', 'I have a dog.', '2026-11-23T09:00:07.000Z', 'm1', '');
PRAGMA user_version = 1;
