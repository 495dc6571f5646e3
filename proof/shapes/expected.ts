import type { z } from 'zod';
import { typeWords } from '../schemas/type-words.ts';

const words: Readonly<Record<string, string>> = {
  ...typeWords,
  int: typeWords.integer,
  record: 'a map',
  undefined: 'nothing here',
  never: 'nothing here',
};

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** What a shape that says nothing of its own expects, in words that complete "expected …". */
export function expectedIn(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return words[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map(String).join(' or ');
    case 'too_small':
      return boundWords(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return boundWords(issue.origin, 'at most', issue.maximum);
    case 'unrecognized_keys':
      return `no such field as ${issue.keys.join(', ')}`;
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues[0]?.message ?? 'another key';
    default:
      return 'another value';
  }
}

const boundWords = (origin: string, bound: string, amount: number | bigint): string =>
  ['array', 'set', 'map'].includes(origin) ? `${bound} ${amount} of them` : `${bound} ${amount}`;
