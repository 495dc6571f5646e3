const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });

/** Characters of a passage: about 128 pieces of the embedding models. */
const passageLength = 480;

/** Sentences of a passage that are compared with a question by themselves. */
const mostSentences = 8;

/** The sentences of a text, by Unicode's rules, which know many languages. */
export const sentencesOf = (text: string): string[] =>
  [...sentences.segment(text)].map(({ segment }) => segment.trim()).filter((sentence) => sentence !== '');

/** A text in parts of whole sentences where they fit; nearly every message is one. */
export function passagesOf(text: string): string[] {
  const passages: string[] = [];
  for (const sentence of sentencesOf(text).flatMap(pieces)) {
    const last = passages.at(-1);
    if (last !== undefined && last.length + sentence.length < passageLength)
      passages[passages.length - 1] = `${last} ${sentence}`;
    else passages.push(sentence);
  }
  return passages;
}

/** What of a passage is compared with a question: all of it, and each sentence, so that one thing said beside others counts. */
export const windowsOf = (passage: string): string[] => [
  ...new Set([passage, ...sentencesOf(passage).slice(0, mostSentences)]),
];

/** A sentence that is longer than a passage, cut. */
function pieces(sentence: string): string[] {
  const all: string[] = [];
  for (let at = 0; at < sentence.length; at += passageLength)
    all.push(sentence.slice(at, at + passageLength).toWellFormed());
  return all;
}
