import { DatabaseSync } from 'node:sqlite';
import type { Conversation } from './locomo.ts';
import type { Sample } from './figures.ts';

/** SQLite's full-text search, FTS5 with BM25 and English stems, over the same turns: what search by words is measured against. */
export function searchedByPeer(conversations: readonly Conversation[]): Sample[] {
  return conversations.flatMap(({ turns, questions }) => {
    const database = new DatabaseSync(':memory:');
    database.exec(`CREATE VIRTUAL TABLE turn USING fts5 (id UNINDEXED, text, tokenize = 'porter unicode61')`);
    const insert = database.prepare('INSERT INTO turn VALUES (?, ?)');
    for (const { id, text } of turns) insert.run(id, text);
    const search = database.prepare('SELECT id FROM turn WHERE turn MATCH ? ORDER BY rank LIMIT 20');
    const samples = questions.map(({ text, evidence }) => {
      const query = (text.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `"${word}"`).join(' OR ');
      const begun = performance.now();
      const found = search.all(query).map((row) => String(row['id']));
      return { evidence, found, ms: performance.now() - begun };
    });
    database.close();
    return samples;
  });
}
