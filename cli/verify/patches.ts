import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** What a kustomization changes objects with is written like objects, and is none: only the kustomization tells. */

/** Whether a file is a patch of a kustomization in its folder or in one of the next around it. */
export function isNamedAsPatch(file: string, known: Map<string, ReadonlySet<string>>): boolean {
  const path = resolve(file);
  return foldersAround(dirname(path), mostLevels).some((folder) => {
    const named = known.get(folder) ?? patchesOf(folder);
    known.set(folder, named);
    return named.has(path);
  });
}

/** Patches lie beside their kustomization, or in a folder or two of their own. */
const mostLevels = 3;

const foldersAround = (folder: string, levels: number): string[] =>
  levels === 0 ? [] : [folder, ...foldersAround(dirname(folder), levels - 1)];

/** As kustomize looks for it. */
const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The files that the kustomization of a folder names as patches; none where it has no kustomization. */
function patchesOf(folder: string): ReadonlySet<string> {
  const content = names.map((name) => contentOf(resolve(folder, name))).find(Boolean);
  const entries = ['patches', 'patchesStrategicMerge', 'patchesJson6902'].flatMap((field) =>
    [content?.[field] ?? []].flat(),
  );
  const paths = entries.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'path' in entry ? entry.path : entry,
  );
  // A patch may be written in the kustomization itself, in lines.
  const files = paths.filter((path) => typeof path === 'string' && !path.includes('\n')) as string[];
  return new Set(files.map((path) => resolve(folder, path)));
}

function contentOf(file: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
