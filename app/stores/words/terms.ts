import { stemmer } from 'stemmer';

/** Lower-case words without accents; an apostrophe ends a word, so that "sister's" is about a sister. */
export function words(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The terms a fact is found by. */
export function factTerms(text: string): string[] {
  return words(text).map(stemmer);
}

/** The terms a question asks for, each once. */
export function queryTerms(text: string): string[] {
  return [...new Set(words(text).map(stemmer))];
}
