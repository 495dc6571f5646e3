import { mebibytes } from '../model/quantity.ts';
import type { ChatStack } from './document.ts';
import { storesOfStack } from './stores.ts';

/** An earlier document with the volume sizes of a later one where those are larger: a volume never shrinks. */
export function withGrownVolumes(
  earlier: ChatStack,
  later: ChatStack,
): { document: ChatStack; grown: string[] } {
  const spec = { ...earlier.spec };
  const grown: string[] = [];
  for (const store of storesOfStack) {
    const [before, after] = [earlier.spec[store].storage?.size, later.spec[store].storage?.size];
    if (after === undefined || earlier.spec[store].external) continue;
    if (before !== undefined && mebibytes(before) >= mebibytes(after)) continue;
    spec[store] = { ...spec[store], storage: { ...spec[store].storage, size: after } };
    grown.push(`The volume of ${store} stays at ${after}: volumes never shrink.`);
  }
  return { document: { ...earlier, spec }, grown };
}
