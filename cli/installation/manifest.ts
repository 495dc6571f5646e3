import { stringifyManifests } from '../../charts-ts/yaml.ts';
import type { Kinds } from '../../model/kinds.ts';
import { unstatedText } from '../../model/unstated-rules.ts';
import { crdName } from '../../operator/manifests/names.ts';
import { operatorManifests } from '../../operator/manifests/operator-manifests.ts';
import type { ManifestOptions } from '../../operator/manifests/options.ts';
import type { OutputOptions } from '../options.ts';
import { note, print } from '../output.ts';
import { mooring } from '../called-as.ts';

export type ManifestCommandOptions = ManifestOptions & OutputOptions;

/** What `mooring operator manifest` does: a stream of YAML documents, or with `-o` one List. */
export async function manifestCommand(kinds: Kinds, options: ManifestCommandOptions): Promise<void> {
  const items = operatorManifests(kinds, options);
  for (const line of unstatedText(kinds)) note(line);
  if (options.namespace !== undefined) note(neededDefinitions(kinds));
  await print({ apiVersion: 'v1', kind: 'List', items }, stringifyManifests(items), options.output);
}

const neededDefinitions = (kinds: Kinds): string => {
  return `Must exist: CustomResourceDefinition ${kinds.map(crdName).join(', ')}, which "${mooring('operator manifest')}" has without --namespace.`;
};
