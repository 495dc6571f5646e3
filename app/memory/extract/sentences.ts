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

/** Characters at the end of a sentence that hold a title or a unit and the blanks behind it. */
const endLength = 40;

/** Joins segments of one sentence. Each is read once, however many are joined. */
function joined(segments: readonly string[]): string[] {
  const whole: string[][] = [];
  let quotes = noQuotes;
  let last: string | undefined;
  for (const segment of segments) {
    if (last !== undefined && (isQuoted(quotes) || isOpen(last, segment))) {
      whole.at(-1)?.push(segment);
    } else {
      whole.push([segment]);
      quotes = noQuotes;
    }
    quotes = withQuotes(quotes, segment);
    last = segment;
  }
  return whole.map((parts) => parts.join(''));
}

const isOpen = (segment: string, next: string): boolean => {
  const end = segment.slice(-endLength);
  return title.test(end) || (unit.test(end) && goesOn.test(next));
};

/** Quotation marks of a sentence so far. */
interface Quotes {
  readonly plain: number;
  readonly open: number;
}

const noQuotes: Quotes = { plain: 0, open: 0 };
const count = (text: string, mark: string): number => text.split(mark).length - 1;

const withQuotes = ({ plain, open }: Quotes, segment: string): Quotes => ({
  plain: plain + count(segment, '"'),
  open: open + count(segment, '“') - count(segment, '”'),
});

/** A quotation of two sentences stays together. */
const isQuoted = ({ plain, open }: Quotes): boolean => plain % 2 === 1 || open > 0;
