/**
 * How much of a text is read to find and score facts. Some expressions here take more than linear time, so that their
 * input is bounded.
 */

/** Characters of a question. */
export const questionLength = 300;
/** Characters of a fact. */
export const factLength = 600;
/** Characters of the text that is searched for. */
const queryLength = 2_000;

/** What is searched for a message: the whole text, or its beginning and its end, where questions tend to be. */
export const queryOf = (text: string): string =>
  text.length <= queryLength ? text : `${text.slice(0, queryLength / 2)} ${text.slice(-queryLength / 2)}`;
