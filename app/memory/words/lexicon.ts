import { stemmer } from 'stemmer';
import { alike as alikeByHand } from './synonyms.ts';
import { baseForm } from './irregular.ts';
import { kinds } from './categories.ts';
import lexicon from './lexicon.json' with { type: 'json' };

/** The root that all forms of a word share. */
export const rootOf = (word: string): string => stemmer(baseForm(word));

const add = (map: Map<string, Set<string>>, key: string, value: string): void => {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
};

const kindsByMember = new Map<string, Set<string>>();
const kindsByName = new Map<string, Set<string>>();
const alikeByRoot = new Map<string, Set<string>>();

const notNouns = new Set(lexicon.notNouns.split(' '));
/** Kinds whose members are often not nouns: "my car is red". */
const describing = new Set(['color', 'feeling', 'fear']);

const members: Readonly<Record<string, string>> = lexicon.kinds;
for (const [kind, { also = '', members: more = '' }] of Object.entries(kinds)) {
  for (const member of (members[kind] ?? '').split(' '))
    if (describing.has(kind) || !notNouns.has(member)) add(kindsByMember, rootOf(member), kind);
  for (const member of more.split(' ')) if (member !== '') add(kindsByMember, rootOf(member), kind);
  for (const name of [kind, ...also.split(' ')]) if (name !== '') add(kindsByName, rootOf(name), kind);
}
for (const group of [...alikeByHand, ...lexicon.alike.split('|')]) {
  const roots = [...new Set(group.split(' ').map(rootOf))];
  for (const root of roots) for (const other of roots) if (other !== root) add(alikeByRoot, root, other);
}

const none: ReadonlySet<string> = new Set();

/** Kinds a word is a member of: a cello is an instrument. By its root. */
export const kindsOf = (root: string): ReadonlySet<string> => kindsByMember.get(root) ?? none;

/** Kinds a word names. By its root. */
export const kindsNamed = (root: string): ReadonlySet<string> => kindsByName.get(root) ?? none;

/** Roots that mean nearly the same. */
export const alikeTo = (root: string): ReadonlySet<string> => alikeByRoot.get(root) ?? none;

/** Whether a word is used as a noun at least as often as otherwise; names and unknown words are. */
export const isNoun = (word: string): boolean =>
  ![
    word,
    baseForm(word),
    word.replace(/(?:e?s|e?d|ing)$/, ''),
    word.replace(/(?:s|d|ing)$/, 'e').replace(/ee$/, 'e'),
  ].some((form) => notNouns.has(form));
