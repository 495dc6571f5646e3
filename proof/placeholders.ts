import type { Fault } from './findings.ts';
import { valueAt } from './source.ts';

/** `${NAME}` and `${NAME:=value}`, which envsubst and Flux replace before an object is applied. */
const placeholder = /\$\{[A-Za-z_]\w*(?::?[-=?+][^}]*)?\}/;

/** A field that is refused for a variable in it may be right once that is replaced. */
export function asReplacedLater(fault: Fault): Fault {
  const { code, message, here } = fault;
  const value = code === 'INVALID_FIELD' ? valueAt(here.doc.value, here.path) : undefined;
  if (typeof value !== 'string' || !placeholder.test(value)) return fault;
  return {
    ...{ code, here, severity: 'unknown' },
    message: `${message} It has a variable that Kubernetes does not replace.`,
    fix: 'Replace the variables first, with envsubst or flux envsubst, and verify what that writes.',
  };
}
