import { subjectOf } from '../../../proof/checks/subject.ts';
import { readGraph } from '../../../proof/graph/graph.ts';
import type { FindingCode } from '../../../proof/codes.ts';
import type { Doc } from '../../../proof/source.ts';
import { severityOf } from '../../../proof/findings.ts';
import { chatFaults, chatKnowledge } from '../known.ts';
import { excuses } from './excused.ts';
import { freeReason } from './free.ts';
import { mutantsOf, mutantText, type Mutant } from './mutants.ts';
import { resolved } from './resolved.ts';

/** What became of the mutants of one set of manifests. */
export interface Measure {
  mutants: number;
  caught: number;
  /** Not caught; nothing a connection or an attacker would meet has changed, in a field that may have any value. */
  equivalent: number;
  excused: number;
  /** By excuse, the mutants in words. */
  readonly byExcuse: Record<string, string[]>;
  /** Neither caught nor equivalent nor excused: a hole in the proof. */
  readonly survivors: string[];
  /** The equivalent ones in words, for review. */
  readonly equivalents: string[];
  /** Every code a mutant was caught by. */
  readonly codes: Set<FindingCode>;
  /** Findings in the manifests as they are. */
  falseAlarms: number;
}

/** What is measured: whether a set of manifests has findings, and which codes they are of. */
export type Proof = (docs: readonly Doc[]) => readonly FindingCode[];
const ourProof: Proof = (docs) =>
  chatFaults(docs)
    .filter((fault) => severityOf(fault) !== 'unknown')
    .map(({ code }) => code);

/**
 * Puts every mutant to the proof. Nothing is rendered.
 * @param chosen which of them, by position. Default: all.
 * @param proof what is measured. Default: the one of this project.
 */
export function measure(
  docs: readonly Doc[],
  chosen: (index: number) => boolean = () => true,
  proof: Proof = ourProof,
): Measure {
  const result: Measure = {
    mutants: 0,
    caught: 0,
    equivalent: 0,
    excused: 0,
    byExcuse: {},
    survivors: [],
    equivalents: [],
    codes: new Set(),
    falseAlarms: proof(docs).length,
  };
  const original = resolved(docs, chatKnowledge).join('\n');
  let index = 0;
  for (const mutant of mutantsOf(docs)) {
    if (!chosen(index++)) continue;
    result.mutants += 1;
    judge(result, mutant, { original, proof });
  }
  return result;
}

function judge(
  result: Measure,
  mutant: Mutant,
  { original, proof }: { readonly original: string; readonly proof: Proof },
): void {
  const codes = proof(mutant.docs);
  for (const code of codes) result.codes.add(code);
  if (codes.length > 0) {
    result.caught += 1;
    return;
  }
  if (freeReason(mutant) !== undefined && resolved(mutant.docs, chatKnowledge).join('\n') === original) {
    result.equivalent += 1;
    result.equivalents.push(mutantText(mutant));
    return;
  }
  const subject = subjectOf(readGraph(mutant.docs).graph, chatKnowledge);
  const excuse = excuses.find(({ covers }) => covers(mutant, subject));
  if (!excuse) {
    result.survivors.push(mutantText(mutant));
    return;
  }
  result.excused += 1;
  result.byExcuse[excuse.name] = [...(result.byExcuse[excuse.name] ?? []), mutantText(mutant)];
}
