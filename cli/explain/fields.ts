import { fieldsOf } from '../../model/document-fields.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { definedAt } from './definition.ts';

/** A field of the document. */
export interface FieldExplained {
  readonly kind: 'field';
  readonly path: string;
  readonly form: string;
  readonly default: string | null;
  readonly means: string;
  readonly definedAt: string | null;
}

/** A field and everything below it, by its path; `spec.` may be left out. */
export function explainField(kind: StackKind, asked: string): FieldExplained[] {
  const all = fieldsOf(kind);
  const under = (path: string): string[][] =>
    all.filter(([field = '']) => field === path || field.startsWith(`${path}.`));
  const found = under(asked);
  return (found.length > 0 ? found : under(`spec.${asked}`)).map(
    ([path = '', form = '', fallback = '', means = '']) => ({
      kind: 'field',
      path,
      form,
      default: fallback === '' ? null : fallback,
      means,
      definedAt: definedAt(kind, new RegExp(`^\\s*${path.split('.').at(-1) ?? ''}[:,]`), 'document.ts'),
    }),
  );
}
