import { z } from 'zod';
import type { StackKind } from './stack-kind.ts';
import { validationsKeyword } from './validation-rules.ts';

/**
 * The paths of a document where a refinement or a transform of zod has no form that an API server can check: neither
 * CEL (`inCel`) nor a pattern in its `.meta`. The API server accepts there what the CLI refuses.
 */
export function unstatedRules(schema: z.core.$ZodType, path = ''): string[] {
  const def = schema._zod.def as Definition;
  const here = isUnstated(schema, def) ? [path || 'the document'] : [];
  return [...here, ...childrenOf(def, path).flatMap(([child, at]) => unstatedRules(child, at))];
}

/** The parts of zod's definitions that hold other schemas. */
interface Definition {
  readonly type: string;
  readonly checks?: readonly z.core.$ZodCheck[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly keyType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
}

function isUnstated(schema: z.core.$ZodType, { type, checks = [] }: Definition): boolean {
  if (type === 'pipe' || type === 'transform') return true;
  const refinements = checks.filter(({ _zod: { def } }) => def.check === 'custom').length;
  const { [validationsKeyword]: rules, pattern } = z.globalRegistry.get(schema) ?? {};
  return refinements > (Array.isArray(rules) ? rules.length : 0) + (pattern === undefined ? 0 : 1);
}

function childrenOf(def: Definition, path: string): (readonly [z.core.$ZodType, string])[] {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const shape = Object.entries(def.shape ?? {}).map(([key, child]) => [child, below(key)] as const);
  const inner = [def.innerType, def.in].flatMap((child) => (child ? [[child, path] as const] : []));
  const items = def.element ? [[def.element, `${path}[]`] as const] : [];
  const values = [def.keyType, def.valueType].flatMap((child) =>
    child ? [[child, below('*')] as const] : [],
  );
  return [...shape, ...inner, ...items, ...values];
}

/** A sentence for each kind with such rules, which a command or an operator of the kinds warns with. */
export const unstatedText = (kinds: readonly Pick<StackKind, 'kind' | 'unstated'>[]): string[] =>
  kinds.flatMap(({ kind, unstated = [] }) =>
    unstated.length === 0
      ? []
      : [
          `${kind}: the API server cannot check the rules of ${unstated.join(', ')}; what they refuse is reported by a reconcile only. Give each its CEL in "${validationsKeyword}" of its .meta.`,
        ],
  );
