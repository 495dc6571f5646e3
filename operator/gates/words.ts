import { anyRedactor } from '../../model/redact-object.ts';

/** So much of a process's words is looked at; what follows is not shown. */
const longestError = 16_384;

/** A process's own words, as far as a condition may hold them, without secrets. */
export const shownError = (text: string): string =>
  bounded(anyRedactor.settings(text.slice(0, longestError)));

/** The longest message of a condition. */
const longestMessage = 1_024;

/** A text cut to a length, never inside a character of two code units. */
export const bounded = (text: string, length = longestMessage): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
