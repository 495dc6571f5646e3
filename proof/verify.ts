import type { Program } from '../model/program.ts';
import { chatPrograms } from '../contract/programs.ts';
import { checks } from './checks/all.ts';
import { subjectOf } from './checks/subject.ts';
import { findingOf, type Fault, type Finding } from './findings.ts';
import { readGraph } from './graph/graph.ts';
import type { Doc } from './source.ts';

/**
 * What rendered manifests contradict themselves in, sorted by file and line; empty when the proof holds. Nothing is
 * rendered and nobody is asked: the manifests and the contract's description of the programs in them are all it takes.
 * @param programs whose environment, ports and files are known. Default: those of the chat stack.
 */
export function verify(docs: readonly Doc[], programs: readonly Program[] = chatPrograms): Finding[] {
  const seen = new Set<string>();
  return faultsOf(docs, programs)
    .map(findingOf)
    .filter(({ code, message }) => !seen.has(`${code} ${message}`) && seen.add(`${code} ${message}`))
    .sort((a, b) =>
      a.here.file === b.here.file ? a.here.line - b.here.line : a.here.file < b.here.file ? -1 : 1,
    );
}

/**
 * The same without lines, as it is found. An object that has no shape Kubernetes would accept is said first and
 * alone: what depends on it would only repeat that it is not there.
 */
export function faultsOf(docs: readonly Doc[], programs: readonly Program[] = chatPrograms): Fault[] {
  const { graph, faults } = readGraph(docs);
  if (faults.length > 0) return [...faults];
  const subject = subjectOf(graph, programs);
  return checks.flatMap((check) => check(subject));
}
