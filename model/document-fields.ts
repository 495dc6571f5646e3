import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';

/** The part of a kind this file needs. */
interface Documented {
  readonly kind: string;
  readonly schema: z.core.$ZodType;
}

/** JSON Schema of a kind's document as a user writes it, for editors. */
export function jsonSchemaOf({ kind, schema }: Documented): Record<string, unknown> {
  return { title: kind, ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) };
}

/** Every field of a kind's document with its form, default and meaning, as `[path, form, default, meaning]`. */
export function fieldsOf(kind: Documented): string[][] {
  return fields('', jsonSchemaOf(kind));
}

/** The path of every field and of every group: `spec.queue` as well as `spec.queue.image`. */
export function pathsOf(schema: z.core.$ZodType): string[] {
  const withGroups = fieldsOf({ kind: '', schema }).flatMap(([path = '']) => {
    const keys = path.split('.');
    return keys.map((_, index) => keys.slice(0, index + 1).join('.'));
  });
  return [...new Set(withGroups)];
}

function fields(path: string, node: JsonSchema): string[][] {
  const branches = node.anyOf?.flatMap((branch) => (branch.properties ? fields(path, branch) : [])) ?? [];
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const isGroup = child.properties !== undefined && child.description === undefined;
    return [
      ...(isGroup ? [] : [[at, form(child), defaultOf(child), child.description ?? '']]),
      ...fields(at, child),
    ];
  });
  return [...own, ...branches];
}

function form(node: JsonSchema): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (node.anyOf) return node.anyOf.map(form).join(' or ');
  if (node.type === 'array') return `list of ${node.items ? form(node.items) : 'values'}`;
  return node.type === 'object' ? 'group' : (node.type ?? 'any');
}

function defaultOf(node: JsonSchema): string {
  return node.default === undefined || node.properties ? '' : JSON.stringify(node.default);
}
