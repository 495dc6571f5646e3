import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesSchema } from '../../proof/schemas/kubernetes-types.ts';
import {
  kubernetesReleases,
  kubernetesSchemaFile,
  kubernetesSchemaText,
  newestPatches,
} from '../../scripts/kubernetes-schemas.ts';

/**
 * Makes the schema again from the sources it was made from, which must give the same bytes, and from the newest patches of
 * the same releases, of which is told what differs.
 * @throws where it is not what its sources say, or the module proxy cannot be reached.
 */
export function compareSources(): object {
  const kept = readFileSync(kubernetesSchemaFile, 'utf8');
  const made = kubernetesSchemaText();
  if (made !== kept)
    throw new Error(
      `${kubernetesSchemaFile} is not what ${kubernetesReleases.join(', ')} say: ${differences(kept, made).join(', ') || 'its form differs'}. Run "npm run generate -- kubernetes".`,
    );
  const newest = newestPatches();
  const { kinds, types, retired } = JSON.parse(kept) as KubernetesSchema;
  return {
    releases: kubernetesReleases,
    same: true,
    ...{
      kinds: sizeOf(kinds),
      types: Object.keys(types).length,
      retired: sizeOf(retired),
      bytes: kept.length,
    },
    newest,
    inNewest: differences(kept, kubernetesSchemaText(newest)),
  };
}

const sizeOf = (byVersion: Readonly<Record<string, object>>): number =>
  Object.values(byVersion).reduce((sum, kinds) => sum + Object.keys(kinds).length, 0);

/** The entries of two schemas that differ, as `types api.core.v1.Pod`. */
export function differences(one: string, other: string): string[] {
  const [a, b] = [one, other].map((text) => JSON.parse(text) as KubernetesSchema);
  return (['kinds', 'types', 'retired'] as const).flatMap((table) => {
    const [before, after]: Readonly<Record<string, unknown>>[] = [a?.[table] ?? {}, b?.[table] ?? {}];
    return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
      .filter((key) => !isDeepStrictEqual(before?.[key], after?.[key]))
      .map((key) => `${table} ${key}`);
  });
}
