const words = new Intl.Segmenter('und', { granularity: 'word' });

/** Characters of a word that count: its beginning is its stem in most languages, and no list of endings is needed. */
const stemLength = 5;

/** The terms a text is found by, in order: its words in lower case, without accents, cut to their stems. Numbers are whole. */
export function termsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...words.segment(plain)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => (/\p{N}/u.test(segment) ? segment : segment.slice(0, stemLength)));
}
