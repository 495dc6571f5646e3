/** One thing a document or a definition is refused for. */
export interface Problem {
  readonly message: string;
  /** Keys from the top of the document to what is wrong; absent where no field of it is. */
  readonly field?: readonly string[];
  /** What is wrong is the last key itself, not its value. */
  readonly isKey?: boolean;
  /** The service of a definition that contradicts itself, for a kind that knows which field says so. */
  readonly service?: string;
}

/** Where a document says something: `stack.yaml:4:3`; undefined where it is silent. */
export type PlaceOf = (problem: Problem) => string | undefined;
