import type { KnownPort } from '../model/known-port.ts';
import { programsOf, type Program } from '../model/program.ts';
import { readDocument } from '../model/read-document.ts';
import type { StackDocument, StackKind } from '../model/stack-kind.ts';

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

function programsIn<D extends StackDocument>(kind: StackKind<D>): Program[] {
  const document = readDocument(kind.schema, {}, 'the defaults');
  return programsOf(kind.stack(document), kind.programs);
}
