import { parseArgs } from 'node:util';
import { figuresOf, rounded } from './figures.ts';
import { readConversations } from './locomo.ts';
import { measured } from './measure.ts';
import { searchedByPeer } from './peer.ts';
import { writeResult } from '../result.ts';

/**
 * `npm run bench:recall -- --data FILE [--bare] [--json] [--write]`: how well the memory finds the turns that answer the
 * questions of conversations in LoCoMo's format, by words, by meaning and by both, beside SQLite's full-text search.
 */
const goals = { wordsAny10: 0.67, bothAny10: 0.71, bothAll10: 0.58 };
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    bare: { type: 'boolean', default: false },
    json: { type: 'boolean' },
    write: { type: 'boolean' },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (values.data === undefined) {
  say('Usage: npm run bench:recall -- --data FILE [--bare] [--json] [--write]');
  process.exitCode = 64;
} else await bench(values.data);

async function bench(file: string): Promise<void> {
  const conversations = readConversations(file, values.bare);
  const { figures } = await measured(conversations, say);
  const { words, both } = figures;
  const peer = figuresOf(searchedByPeer(conversations));
  const result = {
    text: values.bare ? 'bare' : 'with speaker and caption',
    ...figures,
    peer: { name: "SQLite's FTS5, BM25", ...peer },
    any10VsPeer: { words: rounded(words.any10 / peer.any10, 3), both: rounded(both.any10 / peer.any10, 3) },
    reached: {
      [`words any10 ≥ ${goals.wordsAny10}`]: words.any10 >= goals.wordsAny10,
      [`both any10 ≥ ${goals.bothAny10}`]: both.any10 >= goals.bothAny10,
      [`both all10 ≥ ${goals.bothAll10}`]: both.all10 >= goals.bothAll10,
      'both never below words': both.any10 >= words.any10 && both.all10 >= words.all10,
    },
  };
  console.log(JSON.stringify(result, undefined, values.json ? undefined : 2));
  if (values.write) await writeResult('docs/bench/recall.json', result);
}
