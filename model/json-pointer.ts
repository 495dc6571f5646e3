/** JSON pointers (RFC 6901), as JSON patches have them. */

/** The steps of a pointer; `undefined` where a text is none. */
export function pointerSteps(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Whether there is something at these steps. */
export function isAt(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true;
  if (Array.isArray(value)) {
    const index = /^(0|[1-9][0-9]*)$/.test(step) ? Number(step) : value.length;
    return index < value.length && isAt(value[index], rest);
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
  return isAt((value as Record<string, unknown>)[step], rest);
}

/** Whether one place is another, or inside it. */
export const isWithin = (inner: readonly string[], outer: readonly string[]): boolean =>
  outer.every((step, index) => inner[index] === step);
