import { z } from 'zod';
import { isFields } from '../model/fields.ts';
import { isWithin, pointerSteps } from '../model/json-pointer.ts';
import { parseJson } from '../model/json.ts';
import { patchedAnnotation } from '../model/names.ts';
import type { Fault } from './findings.ts';
import { valueAt, type Doc } from './source.ts';

/** A patch that a rendered object says it has: what it is beyond its model. */
export interface Patched {
  /** Such as `Deployment shop-web`. */
  readonly object: string;
  readonly because: string;
  /** JSON pointers. */
  readonly paths: readonly string[];
}

const marks = z.array(z.object({ because: z.string(), paths: z.array(z.string()) }));

/** Every patch of objects, as their annotations have it. */
export const patchedIn = (docs: readonly Doc[]): Patched[] => docs.flatMap(patchesOf);

function patchesOf({ value }: Doc): Patched[] {
  const text = valueAt(value, ['metadata', 'annotations', patchedAnnotation]);
  const found = typeof text === 'string' ? marks.safeParse(parseJson(text)).data : undefined;
  if (!found || !isFields(value)) return [];
  const object = `${String(value['kind'])} ${String(valueAt(value, ['metadata', 'name']))}`;
  return found.map((mark) => ({ object, ...mark }));
}

/** A fault at a place that a patch wrote says so, unless it has another hint. */
export function asPatched(fault: Fault): Fault {
  const { doc, path } = fault.here;
  const at = path.map(String);
  const patch = patchesOf(doc).find(({ paths }) =>
    paths.some((pointer) => isWithin(at, pointerSteps(pointer) ?? ['?'])),
  );
  if (!patch || fault.hint !== undefined) return fault;
  return { ...fault, hint: `a patch of the stack wrote this, because ${patch.because}` };
}
