import { asWritten } from './as-written.ts';
import { StackError } from './define-stack.ts';
import { disabledGroups } from './disabled-groups.ts';
import { nearest } from './nearest.ts';
import { readDocument } from './read-document.ts';
import type { StackDocument, StackKind } from './stack-kind.ts';
import { withoutNulls } from './without-nulls.ts';

/** The kinds a program serves. A document without `kind` is of the first. */
export type Kinds = readonly [StackKind, ...StackKind[]];

/** The kinds that people write documents of; all of them where there is no such kind. */
export function documented(kinds: Kinds): Kinds {
  const [first, ...others] = kinds.filter(({ writtenIn }) => writtenIn === undefined);
  return first === undefined ? kinds : [first, ...others];
}

/** A parsed document with its kind. */
export interface KnownDocument {
  readonly kind: StackKind;
  readonly document: StackDocument;
  /** Forms of earlier releases that were rewritten, and fields without effect: a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * A document of any of the kinds, from the value a YAML or JSON parser returned, or from a custom resource.
 * @throws StackError as `readDocument` does, and for a kind that is none of them.
 */
export function readAnyDocument(kinds: Kinds, value: unknown, source: string): KnownDocument {
  const raw = asWritten(value);
  const kind = kindOf(kinds, raw, source);
  const { document, warnings = [] } = kind.rewrite?.(raw) ?? { document: raw };
  const parsed = readDocument(kind.schema, document, source);
  return { kind, document: parsed, warnings: [...warnings, ...disabledGroups(withoutNulls(document))] };
}

function kindOf(kinds: Kinds, raw: unknown, source: string): StackKind {
  const said = typeof raw === 'object' && raw !== null && Object.hasOwn(raw, 'kind') ? raw : {};
  const name: unknown = 'kind' in said ? said.kind : undefined;
  const [first, ...others] = documented(kinds);
  // With one kind only, its schema reports a wrong name.
  if (name === undefined || (others.length === 0 && name !== kinds[0].kind)) return first;
  const found = kinds.find(({ kind }) => kind === name);
  if (found) return found;
  const known = [first, ...others].map(({ kind }) => kind);
  const near = typeof name === 'string' ? nearest(name, known) : undefined;
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  const message = `kind: ${JSON.stringify(name)}; expected one of ${known.join(', ')}.${hint}`;
  throw new StackError(source, [{ field: ['kind'], message }]);
}
