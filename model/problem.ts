/** One reason why a document or a definition is refused. */
export interface Problem {
  readonly message: string;
  /** The path of the wrong field, key by key; absent where no field is wrong. */
  readonly field?: readonly string[];
  /** The last key itself is wrong, not its value. */
  readonly isKey?: boolean;
  /** The service that contradicts itself, so that a kind can name the field of the document. */
  readonly service?: string;
}

/** The position of a field in the document's source: `stack.yaml:4:3`; undefined where unknown. */
export type PlaceOf = (problem: Problem) => string | undefined;
