/**
 * Where the segmenter ends a sentence too early: behind a title, a unit, an initial. (Units and `etc.` may well end
 * one; there only a following lower-case word or number shows that it goes on.)
 */
const title =
  /(?:^|[\s("“])(?:Dr|Mr|Mrs|Ms|Mx|Prof|St|Sr|Jr|Rev|Capt|Lt|Col|Gen|Sgt|No|Nr|approx|ca|vs|e\.g|i\.e|\p{Lu})\.\s*$/u;
const unit =
  /(?:^|[\s\d(])(?:mg|ml|mcg|g|kg|cm|mm|km|min|hrs?|tbsp|tsp|oz|lbs?|a\.m|p\.m|am|pm|etc|Ave|Rd|Inc|Ltd|Co|[A-Z][a-z]{2})\.\s*$/u;
const goesOn = /^[\p{Ll}\d(]/u;

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The sentences of a text as they were written, without the blanks around them. */
export function sentences(text: string): string[] {
  return text
    .split(/\n+/)
    .flatMap((line) => joined([...segmenter.segment(line)].map(({ segment }) => segment)))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

function joined(segments: readonly string[]): string[] {
  const whole: string[] = [];
  for (const segment of segments) {
    const last = whole.at(-1);
    if (last !== undefined && isOpen(last, segment)) whole[whole.length - 1] = last + segment;
    else whole.push(segment);
  }
  return whole;
}

const isOpen = (sentence: string, next: string): boolean =>
  title.test(sentence) || (unit.test(sentence) && goesOn.test(next)) || hasOpenQuote(sentence);

/** A quotation of two sentences stays together. */
function hasOpenQuote(sentence: string): boolean {
  const plain = sentence.match(/"/g)?.length ?? 0;
  const opening = sentence.match(/“/g)?.length ?? 0;
  const closing = sentence.match(/”/g)?.length ?? 0;
  return plain % 2 === 1 || opening > closing;
}
