import { readFileSync } from 'node:fs';
import * as tokenizers from '@huggingface/tokenizers';

interface Encoder {
  encode(text: string): { readonly ids: readonly number[] };
}

// The declarations of the package name their files without an ending, which Node's resolution does not find.
const { Tokenizer } = tokenizers as unknown as { Tokenizer: new (json: object, config: object) => Encoder };

/** Cuts a text into the pieces of a tokenizer.json. @returns the number of each, those that mark begin and end included. */
export function tokenizerOf(file: string): (text: string) => readonly number[] {
  const tokenizer = new Tokenizer(JSON.parse(readFileSync(file, 'utf8')) as object, {});
  return (text) => tokenizer.encode(text).ids;
}
