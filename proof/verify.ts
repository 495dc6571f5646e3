import { redactorFor } from '../model/redact.ts';
import type { Variables } from '../model/env.ts';
import { checks } from './checks/all.ts';
import { subjectOf, type Pack } from './checks/subject.ts';
import { findingOf, type Fault, type Finding } from './findings.ts';
import { readGraph } from './graph/graph.ts';
import type { Knowledge } from './knowledge.ts';
import type { Doc } from './source.ts';

/**
 * Every contradiction in rendered manifests, sorted by file and line, each once. Pure: nothing is rendered and no
 * cluster is asked.
 * @param knowledge of the programs in the manifests and of ports, as the kinds have it.
 * @param packs whose checks are run after the general ones.
 */
export function verify(docs: readonly Doc[], knowledge: Knowledge, packs: readonly Pack[]): Finding[] {
  const seen = new Set<string>();
  const redactor = redactorFor(variablesIn(knowledge));
  return faultsOf(docs, knowledge, packs)
    .map((fault) => findingOf(fault, redactor))
    .filter(({ code, message }) => !seen.has(`${code} ${message}`) && seen.add(`${code} ${message}`))
    .sort((a, b) =>
      a.here.file === b.here.file ? a.here.line - b.here.line : a.here.file < b.here.file ? -1 : 1,
    );
}

/** Every variable of the programs, by name. */
export const variablesIn = ({ programs }: Knowledge): Variables =>
  Object.fromEntries(programs.flatMap(({ service }) => Object.entries(service.variables ?? {})));

/**
 * The same as faults, in the order of the checks. Where an object has an invalid shape, only shapes are reported: other
 * checks would report everything that refers to the object.
 */
export function faultsOf(docs: readonly Doc[], knowledge: Knowledge, packs: readonly Pack[]): Fault[] {
  const { graph, faults } = readGraph(docs);
  if (faults.length > 0) return [...faults];
  const subject = subjectOf(graph, knowledge);
  return [...checks, ...packs.flatMap((pack) => pack.checks)].flatMap((check) => check(subject));
}
