import { stringifyManifests, stringifyYaml } from '../../charts-ts/yaml.ts';
import type { Manifest } from '../../charts-ts/render.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { chartFiles } from './helm-chart.ts';
import { operatorManifests } from './operator-manifests.ts';

/** Files for other tools, by their paths below `operator/`: for `kubectl apply -f`, for kustomize and for Helm. */
export function installFiles(kinds: readonly StackKind[]): Readonly<Record<string, string>> {
  const manifests = operatorManifests(kinds);
  const crds = manifests.filter(isCrd);
  return {
    'manifests/install.yaml': stringifyManifests(manifests),
    'manifests/kustomize/crds.yaml': stringifyManifests(crds),
    'manifests/kustomize/operator.yaml': stringifyManifests(manifests.filter((one) => !isCrd(one))),
    'manifests/kustomize/kustomization.yaml': stringifyYaml({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['crds.yaml', 'operator.yaml'],
    }),
    'chart/crds/crds.yaml': stringifyManifests(crds),
    ...chartFiles(kinds),
  };
}

const isCrd = ({ kind }: Manifest): boolean => kind === 'CustomResourceDefinition';
