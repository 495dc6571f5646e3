import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readRegularFile } from '../../charts-ts/read-file.ts';
import { manifestsIn } from '../../charts-ts/synth.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import { workloadName } from '../../model/names.ts';

/** Where synth writes to. */
const folder = 'dist';

/**
 * The manifests in dist/, where they are of this stack: they are what is rendered, and may have been edited.
 * `undefined` where there are none, and what would be rendered stands for them.
 */
export function writtenManifests(stack: Stack): KubeObject[] | undefined {
  if (!existsSync(folder)) return undefined;
  const objects = manifestsIn(folder).flatMap((file) =>
    parseAllDocuments(readRegularFile(join(folder, file), 64)).map((one) => one.toJS() as KubeObject | null),
  );
  const kept = objects.filter((object) => object !== null);
  const workloads = stack.services.filter(isWorkload).map(({ name }) => workloadName(stack.name, name));
  const isOurs = kept.some(
    ({ kind, metadata }) =>
      ['Deployment', 'StatefulSet'].includes(kind) &&
      workloads.includes(metadata.name) &&
      metadata.namespace === stack.namespace,
  );
  return isOurs ? kept : undefined;
}
