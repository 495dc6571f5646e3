import { severityOf } from '../../../proof/findings.ts';
import type { Doc } from '../../../proof/source.ts';
import { chatFaults } from '../known.ts';
import { fieldOf, sameReason } from './structural-equivalents.ts';
import { structuralMutantsOf, type Damage, type StructuralMutant } from './structural-mutants.ts';

/** What became of the structural mutants of some sets of manifests. */
export interface StructuralMeasure {
  mutants: number;
  caught: number;
  /** Not caught, and the same by what is written. */
  equivalent: number;
  /** Not caught, and no rule says that it is the same: a hole, or a choice that nothing contradicts. */
  unjudged: number;
  /** Of each damage: how many are not judged, by field. */
  readonly fields: Partial<Record<Damage, Record<string, number>>>;
}

/** Puts the mutants to the proof as they are written; `chosen` by position, all by default. */
export function measureStructural(
  sets: readonly (readonly Doc[])[],
  chosen: (index: number) => boolean = () => true,
): StructuralMeasure {
  const result: StructuralMeasure = { mutants: 0, caught: 0, equivalent: 0, unjudged: 0, fields: {} };
  let index = 0;
  for (const docs of sets)
    for (const mutant of structuralMutantsOf(docs)) if (chosen(index++)) judge(result, mutant);
  return result;
}

function judge(result: StructuralMeasure, mutant: StructuralMutant): void {
  result.mutants += 1;
  if (isCaught(mutant.docs)) result.caught += 1;
  else if (sameReason(mutant) !== undefined) result.equivalent += 1;
  else {
    result.unjudged += 1;
    const fields = (result.fields[mutant.damage] ??= {});
    fields[fieldOf(mutant)] = (fields[fieldOf(mutant)] ?? 0) + 1;
  }
}

const isCaught = (docs: readonly Doc[]): boolean =>
  chatFaults(docs).some((fault) => severityOf(fault) !== 'unknown');
