import type { KnownPort } from '../model/known-port.ts';
import { factsOf, factsOfService, type Program } from '../model/program.ts';
import { readDocument } from '../model/read-document.ts';
import type { StackDocument, StackKind } from '../model/stack-kind.ts';
import { isWorkload } from '../model/stack.ts';

/** What is known beyond the manifests. */
export interface Knowledge {
  /** The programs whose environment, ports and files are known. */
  readonly programs: readonly Program[];
  /** What people expect behind ports. */
  readonly knownPorts: readonly KnownPort[];
}

/**
 * What kinds know of their programs and ports. The model of a program is its service in the stack of a document with
 * all defaults.
 * @throws StackError when a kind refuses an empty document.
 */
export function knowledgeOf(kinds: readonly StackKind[]): Knowledge {
  return { programs: kinds.flatMap(programsIn), knownPorts: kinds.flatMap(({ knownPorts }) => knownPorts) };
}

/** One for each service. Of a program that its kind does not know, its service is: it is then taken for no other kind's. */
function programsIn<D extends StackDocument>(kind: StackKind<D>): Program[] {
  const document = readDocument(kind.schema, {}, 'the defaults');
  return kind
    .stack(document)
    .services.filter(isWorkload)
    .map((service) => ({ service, facts: factsOf(service, kind.programs) ?? factsOfService(service) }));
}
