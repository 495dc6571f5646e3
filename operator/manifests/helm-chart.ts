import { stringifyManifests, stringifyYaml } from '../../charts-ts/yaml.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { operatorName } from './names.ts';
import { operatorManifests } from './operator-manifests.ts';
import { chosen, operatorVersion } from './options.ts';

/**
 * The files of a Helm chart besides the definitions in `crds/`. Its templates are the manifests themselves, with the
 * three values in them that may be chosen.
 */
export function chartFiles(kinds: readonly StackKind[]): Readonly<Record<string, string>> {
  const { image, replicas, namespace } = chosen({});
  return {
    'chart/Chart.yaml': stringifyYaml({
      apiVersion: 'v2',
      name: operatorName,
      description: `Reconciles ${kinds.map(({ kind }) => kind).join(', ')} resources.`,
      type: 'application',
      version: operatorVersion,
      appVersion: operatorVersion,
    }),
    'chart/values.yaml': `# The operator's image.
image: ${image}
# One replica leads, and each other one is ready to take over.
replicas: ${replicas}
# false: it works in every namespace, and runs in ${namespace}, which the chart makes: install it without
# --create-namespace. true: it runs and works in the release's namespace only, without a right outside it.
namespaceMode: false
`,
    'chart/templates/operator.yaml': [
      '{{- if .Values.namespaceMode }}\n',
      templates(kinds, '{{ .Release.Namespace }}'),
      '{{- else }}\n',
      templates(kinds),
      '{{- end }}\n',
    ].join(''),
    'chart/templates/NOTES.txt': `The definitions of crds/ are installed once, and are neither upgraded nor removed by Helm. Where you may not install them,
say --skip-crds, and have an administrator apply them: without them the operator is not ready.
`,
  };
}

const imageValue = '{{ .Values.image }}';

/** The objects of the chart in one of its two modes. */
function templates(kinds: readonly StackKind[], namespace?: string): string {
  const manifests = operatorManifests(kinds, { image: imageValue, ...(namespace ? { namespace } : {}) });
  const own = manifests.filter(({ kind }) => kind !== 'CustomResourceDefinition');
  // A number, so no text in the manifests can stand for it.
  return stringifyManifests(own).replace(/^( +replicas:) \d+$/m, '$1 {{ .Values.replicas }}');
}
