-- The search index of a release that had vectors of one embedder only: schema version 4, two windows with a vector, one without.
CREATE TABLE identity (id TEXT NOT NULL);
CREATE TABLE entry (patientId TEXT NOT NULL, factId TEXT NOT NULL, PRIMARY KEY (patientId, factId)) WITHOUT ROWID;
CREATE TABLE window (
  number INTEGER PRIMARY KEY, patientId TEXT NOT NULL, factId TEXT NOT NULL, text TEXT NOT NULL, terms TEXT NOT NULL,
  asks REAL NOT NULL, language TEXT NOT NULL DEFAULT '', embedder TEXT NOT NULL DEFAULT '', step REAL, steps BLOB
);
CREATE INDEX window_patient ON window (patientId, number);
CREATE INDEX window_embedder ON window (embedder, number);
INSERT INTO identity VALUES ('the same');
INSERT INTO entry VALUES ('p', 'f1'), ('p', 'f2'), ('p', 'f3');
INSERT INTO window VALUES
  (1, 'p', 'f1', 'Rex is my dog.', 'rex is my dog', 0, 'en', 'pets', 0.5, x'0200'),
  (2, 'p', 'f2', 'We drink tea.', 'we drink tea', 0, 'en', 'pets', 0.5, x'0002'),
  (3, 'p', 'f3', 'Milo is my cat.', 'milo is my cat', 0, '', '', NULL, NULL);
PRAGMA application_id = 1296647256;
PRAGMA user_version = 4;
