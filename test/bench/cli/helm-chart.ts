import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface HelmChart {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * A Helm chart of exactly these manifests: file name → YAML. Its templates have nothing to fill in, which is the least
 * work a chart can be for Helm.
 */
export async function helmChart(manifests: ReadonlyMap<string, string>): Promise<HelmChart> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-chart-'));
  await mkdir(join(folder, 'templates'));
  await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: demo\nversion: 0.1.0\n');
  for (const [name, text] of manifests) {
    if (text.includes('{{')) throw new Error(`${name} has what Helm would take for a template.`);
    await writeFile(join(folder, 'templates', name), text);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Whether two streams of YAML have the same objects, in whichever order. */
export function sameObjects(one: string, other: string): boolean {
  return objectsIn(one) === objectsIn(other);
}

function objectsIn(stream: string): string {
  const objects = parseAllDocuments(stream).map((document) => document.toJS() as unknown);
  return objects
    .filter((object) => object !== null)
    .map((object) => JSON.stringify(sorted(object)))
    .sort()
    .join('\n');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, below]) => [key, sorted(below)]),
  );
}
