import type { Counts } from '../../memory/recall/patient-index.ts';
import type { Window } from './window.ts';

/** What was found of a window. */
export interface Found extends Window {
  readonly words?: number;
  readonly meaning?: number;
}

/** By the id of its point. */
export type ById = ReadonlyMap<string, Found>;

export type Rarities = ReadonlyMap<string, number>;

/** A patient's windows as they are searched by the words of a question. */
export interface Words {
  /** Of those that tell: what others said, or was asked, changes nothing. */
  counts(terms: readonly string[]): Promise<Counts>;
  /** Those that may answer and have the most of the question. */
  best(rarities: Rarities): Promise<ById>;
  among(ids: readonly string[], rarities: Rarities): Promise<ById>;
}
