import type { Problem } from './problem.ts';

/**
 * Each text of a document that no encoding of Unicode can carry, keys too: JavaScript lets half of a surrogate pair
 * stand alone (`"\ud800"` in YAML or JSON), and every writer would make something else of it.
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
