import { isFields, type Fields } from '../model/fields.ts';

/**
 * Rewrites forms of earlier releases: `autoscaling: false` or bounds alone, `nodePort: false` or a number. Other
 * mistakes are left to the schema.
 */
export function rewriteEarlierForms(document: unknown): { document: unknown; warnings: string[] } {
  const spec = groupIn(document, 'spec');
  const backend = groupIn(spec, 'backend');
  if (backend === undefined) return { document, warnings: [] };
  const rewritten: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const [key, rewrite] of Object.entries(rewrites)) {
    const now = Object.hasOwn(backend, key) ? rewrite(backend[key]) : undefined;
    if (now === undefined) continue;
    rewritten[key] = now;
    warnings.push(
      `spec.backend.${key}: ${JSON.stringify(backend[key])} is the form of an earlier release, read as ${JSON.stringify(now)}. Write it so; a cluster's API server knows the new form only.`,
    );
  }
  if (warnings.length === 0) return { document, warnings };
  const next = { ...(document as object), spec: { ...spec, backend: { ...backend, ...rewritten } } };
  return { document: next, warnings };
}

/** Each gives the new form of an earlier one; undefined for anything else. */
const rewrites: Readonly<Record<string, (value: unknown) => object | undefined>> = {
  autoscaling: (value) => {
    if (value === false) return { enabled: false };
    const group = isFields(value) ? value : undefined;
    return group && !Object.hasOwn(group, 'enabled') && Object.hasOwn(group, 'minReplicas')
      ? { enabled: true, ...group }
      : undefined;
  },
  nodePort: (value) => {
    if (value === false) return { enabled: false };
    return typeof value === 'number' ? { enabled: true, port: value } : undefined;
  },
};

function groupIn(value: unknown, key: string): Fields | undefined {
  const inside = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isFields(inside) ? inside : undefined;
}
