import type { Mutant } from './mutants.ts';

/** A sort of mutant that no proof from the manifests alone can catch, and why. */
export interface Excuse {
  readonly name: string;
  readonly reason: string;
  readonly covers: (mutant: Mutant) => boolean;
}

export const excuses: readonly Excuse[] = [];
