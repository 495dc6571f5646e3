import { valueAt, type Doc } from '../../../proof/source.ts';
import { leavesOf } from './leaves.ts';
import type { StructuralMutant } from './structural-mutants.ts';

/**
 * Whether a structural mutant comes to the same, by what is written alone: nothing that proof/ has read is looked at,
 * so that what its graph overlooks is no equivalent. What no rule here is about is not judged.
 */
export function sameReason(mutant: StructuralMutant): string | undefined {
  return rules.find(({ holds }) => holds(mutant))?.reason;
}

interface Rule {
  readonly reason: string;
  readonly holds: (mutant: StructuralMutant) => boolean;
}

/** `StatefulSet spec.template.spec.containers[].ports[].protocol`. */
export const fieldOf = ({ doc, path }: Pick<StructuralMutant, 'doc' | 'path'>): string =>
  `${kindOf(doc)} ${path.map((step) => (typeof step === 'number' ? '[]' : `.${step}`)).join('')}`.replace(
    ' .',
    ' ',
  );

const kindOf = ({ value }: Doc): string => String(valueAt(value, ['kind']));
const partOf = ({ doc, path }: StructuralMutant): unknown => valueAt(doc.value, path);
const isGone = ({ damage }: StructuralMutant): boolean => damage === 'deleted' || damage === 'emptied';

/** What an API server writes where nothing stands: field, and value as JSON. */
const defaults: readonly (readonly [RegExp, unknown])[] = [
  [/\.protocol$/, 'TCP'],
  [/^Service spec\.type$/, 'ClusterIP'],
  [/\.httpGet\.scheme$/, 'HTTP'],
  [/Probe\.(timeoutSeconds|successThreshold)$/, 1],
  [/Probe\.periodSeconds$/, 10],
  [/Probe\.failureThreshold$/, 3],
  [/\.restartPolicy$/, 'Always'],
  [/^(Deployment|StatefulSet) spec\.replicas$/, 1],
  [/\.terminationGracePeriodSeconds$/, 30],
  [/\.revisionHistoryLimit$/, 10],
  [/\.(readOnly|optional|publishNotReadyAddresses|hostNetwork|privileged)$/, false],
  [/\.(allowPrivilegeEscalation|enableServiceLinks)$/, true],
];

/** Lists whose items are found by a name or all count alike. */
const unordered =
  /\.(ports|volumes|volumeMounts|volumeClaimTemplates|from|to|ingress|egress|policyTypes|accessModes|rules|paths|hosts|drop|imagePullSecrets|topologySpreadConstraints|items|metrics|except|tls)\[\]$/;

/** A label, or all of them, that no selector and no spread of the manifests names. */
function isUnselected({ docs, path }: StructuralMutant): boolean {
  const at = path.lastIndexOf('labels');
  if (at < 0) return false;
  const selected = docs
    .flatMap(({ value }) => leavesOf(value))
    .some(
      (leaf) => /(matchLabels|selector)\./.test(leaf.path.join('.')) && leaf.path.at(-1) === path[at + 1],
    );
  return path.length > at + 1 && !selected;
}

/** An annotation of a prefix that only people and other programs read. */
const isNote = ({ path }: StructuralMutant): boolean =>
  path.includes('annotations') &&
  !path.some((step) => /kubernetes\.io|k8s\.io|mooring\.dev/.test(String(step)));

const rules: readonly Rule[] = [
  {
    reason: 'It is what an API server fills in.',
    holds: (mutant) =>
      mutant.damage === 'deleted' &&
      defaults.some(([field, value]) => field.test(fieldOf(mutant)) && partOf(mutant) === value),
  },
  {
    reason: 'The order of this list means nothing.',
    holds: (mutant) => mutant.damage === 'swapped' && unordered.test(fieldOf(mutant)),
  },
  {
    reason: 'Variables may stand in any order as long as none refers to another.',
    holds: (mutant) =>
      mutant.damage === 'swapped' &&
      /\.(env|envFrom)\[\]$/.test(fieldOf(mutant)) &&
      !JSON.stringify(valueAt(mutant.doc.value, mutant.path.slice(0, -1))).includes('$('),
  },
  {
    reason: 'The same item twice in a list of alternatives or of grants.',
    holds: (mutant) =>
      mutant.damage === 'doubled' &&
      /\.(verbs|resources|apiGroups|drop|imagePullSecrets)\[\]$/.test(fieldOf(mutant)),
  },
  { reason: 'A label that no selector names.', holds: (mutant) => isGone(mutant) && isUnselected(mutant) },
  {
    reason: 'An annotation that no program of ours reads.',
    holds: (mutant) => isGone(mutant) && isNote(mutant),
  },
  {
    reason: 'An amount or a time that a person chooses, where any number is legal.',
    holds: (mutant) =>
      mutant.damage === '65536' &&
      /\.(periodSeconds|timeoutSeconds|failureThreshold|initialDelaySeconds|terminationGracePeriodSeconds|revisionHistoryLimit|averageUtilization|maxReplicas|minReadySeconds|progressDeadlineSeconds)$/.test(
        fieldOf(mutant),
      ),
  },
];
