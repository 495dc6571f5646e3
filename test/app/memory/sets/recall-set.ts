/** One thing a patient tells, and a question about it in other words. */
export interface Told {
  /** The whole message. */
  readonly say: string;
  /** The sentence of it that an answer must quote. */
  readonly quote: string;
  readonly ask: string;
}

/** Things told, and questions about things that were never told (near misses). */
export interface RecallSet {
  readonly told: readonly Told[];
  readonly never: readonly string[];
}

/** Messages without a fact, sent between the others. */
export const smallTalk = [
  'Hello!',
  'Good morning, how are you?',
  'Thank you very much.',
  'What can you do for me?',
  'OK, great.',
  'Please be brief.',
  'Haha, right.',
  'Bye for now!',
];

/** A message that is its own quote. */
export const plain = (say: string, ask: string): Told => ({ say, quote: say, ask });

/** A message around the sentence to be quoted. */
export const within = (before: string, quote: string, after: string, ask: string): Told => ({
  say: [before, quote, after].filter((part) => part !== '').join(' '),
  quote,
  ask,
});
