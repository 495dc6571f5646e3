import { hidden, valueAt, type FieldChange } from './changes.ts';
import type { KubeObject } from '../kube/objects.ts';
import { variableAt } from './variable-names.ts';

/** What tells whether a value that others wrote may be a secret. */
export interface Rendered {
  readonly desired: KubeObject;
  /** Variables of the stack: what others set one to is judged by its name. */
  readonly known: ReadonlySet<string>;
}

/**
 * A redacted change of others, without the value they wrote where no name tells whether it is a secret: in a field that
 * the stack does not render. A number, a port and a variable of the stack are none, unless its name is a secret's.
 */
export function changeOfOthers(
  change: FieldChange,
  steps: readonly string[],
  { desired, known }: Rendered,
): FieldChange {
  const { from } = change;
  const isTold =
    from === undefined ||
    typeof from === 'number' ||
    typeof from === 'boolean' ||
    isPort(steps) ||
    known.has(variableAt(steps) ?? '') ||
    valueAt(desired, steps) !== undefined;
  return isTold ? change : { ...change, from: hidden };
}

/** A port of a Service or of a container, with its name and protocol. */
const isPort = ([first, ...rest]: readonly string[]): boolean =>
  first === 'spec' && rest.includes('ports') && !rest.includes('metadata');
