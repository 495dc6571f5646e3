import type { Problem } from './problem.ts';

/**
 * Each text or key of a document with a lone surrogate (`"\ud800"` in YAML or JSON): JavaScript allows it, but no
 * encoding of Unicode can carry it.
 * @returns a sentence for each, with its path.
 */
export function textProblems(value: unknown, path: readonly string[] = []): Problem[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [problem(path, value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key.isWellFormed() ? textProblems(inner, [...path, key]) : [problem(path, key)],
  );
}

const problem = (path: readonly string[], text: string): Problem => ({
  field: path,
  message: `${path.join('.') || '(the document)'}: ${JSON.stringify(text)} holds half of a surrogate pair; expected Unicode text. Write the whole character.`,
});
