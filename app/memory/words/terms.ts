import { alikeTo, kindsNamed, kindsOf, rootOf } from './lexicon.ts';
import { withoutPhrases } from './phrases.ts';
import { isStopWord } from './stop-words.ts';

/** Lower-case words without accents; "sister's" is "sister", "don't" is "don" and "t". */
export function words(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[’ʼ]/g, "'")
    .toLowerCase()
    .replace(/(\p{L})'s\b/gu, '$1');
  return withoutPhrases(plain).match(/\p{N}+(?:[.:,/]\p{N}+)*|[\p{L}\p{N}]+/gu) ?? [];
}

/** The terms a fact is indexed by: the roots of its words, and the kinds they are members of. */
export function factTerms(text: string): string[] {
  return contentWords(text).flatMap((word) => {
    const root = rootOf(word);
    return [root, ...[...kindsOf(root)].map(kindTerm)];
  });
}

/** The terms a query searches for, without duplicates: roots, synonyms, and the kinds it names. */
export function queryTerms(text: string): string[] {
  const terms = contentWords(text).flatMap((word) => {
    const root = rootOf(word);
    return [root, ...alikeTo(root), ...[...kindsNamed(root)].map(kindTerm)];
  });
  return [...new Set(terms)];
}

/** The words that are not stop words; all words when there are only stop words. */
function contentWords(text: string): string[] {
  const all = words(text);
  const content = all.filter((word) => !isStopWord(word));
  return content.length > 0 ? content : all;
}

const kindTerm = (kind: string): string => `kind ${kind}`;
