import { apiGroup } from '../../model/names.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdName } from './names.ts';

/** On the Lease: what the process that holds it serves. */
export const servesAnnotation = `${apiGroup}/serves`;

/**
 * The value of the annotation: the holder, and the definitions whose resources it serves. With its holder, since an
 * operator of a version that does not know the annotation leaves that of the one before on the Lease.
 */
export const servesText = (
  holder: string,
  kinds: readonly Pick<StackKind, 'plural' | 'apiVersion'>[],
): string => `${holder}=${kinds.map(crdName).join(',')}`;

/** The definitions that the holder of a Lease serves; `undefined` where it does not say. */
export function servedBy(holder: string, text: string | undefined): readonly string[] | undefined {
  const own = `${holder}=`;
  return text?.startsWith(own) ? text.slice(own.length).split(',') : undefined;
}
