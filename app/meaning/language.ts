import { eld } from 'eld/extrasmall';

/** The language of a text, ISO 639-1; empty where no letters tell it. A text of one word may be taken for another one. */
export const languageOf = (text: string): string => eld.detect(text).language;
