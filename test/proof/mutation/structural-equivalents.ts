import { isDeepStrictEqual } from 'node:util';
import { asText } from '../../../model/variable.ts';
import { valueAt, type Doc } from '../../../proof/source.ts';
import { variablesIn } from '../../../proof/verify.ts';
import { chatKnowledge } from '../known.ts';
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
  [/^Secret type$/, 'Opaque'],
  [/^(StatefulSet spec\.updateStrategy|Deployment spec\.strategy)\.type$/, 'RollingUpdate'],
  [/^StatefulSet spec\.updateStrategy$/, { type: 'RollingUpdate' }],
  [/^StatefulSet spec\.podManagementPolicy$/, 'OrderedReady'],
];

/** Whether an API server writes the same where nothing, or an empty text, stands. */
function isDefault(mutant: StructuralMutant): boolean {
  const [field, part] = [fieldOf(mutant), partOf(mutant)];
  if (field === 'NetworkPolicy spec.policyTypes') return isDeepStrictEqual(part, defaultTypes(mutant));
  if (field.endsWith('.imagePullPolicy')) return part === 'IfNotPresent' && hasTag(mutant);
  if (/^Service spec\.ports\[\]\.targetPort$/.test(field)) return leadsToItsNumber(mutant);
  return defaults.some(([name, value]) => name.test(field) && isDeepStrictEqual(part, value));
}

/** A policy is for ingress, and for egress where it has rules for that. */
const defaultTypes = ({ doc }: StructuralMutant): readonly string[] => [
  'Ingress',
  ...(valueAt(doc.value, ['spec', 'egress']) === undefined ? [] : ['Egress']),
];

const hasTag = ({ doc, path }: StructuralMutant): boolean =>
  /:(?!latest$)[^/]+$/.test(String(valueAt(doc.value, [...path.slice(0, -1), 'image'])));

/** The port that is named has, in every pod of the manifests that has it, the Service's own number. */
function leadsToItsNumber(mutant: StructuralMutant): boolean {
  const number = valueAt(mutant.doc.value, [...mutant.path.slice(0, -1), 'port']);
  const target = partOf(mutant);
  if (typeof target === 'number') return target === number;
  const named = mutant.docs
    .flatMap(({ value }) => leavesOf(value).map((leaf) => ({ ...leaf, root: value })))
    .filter(
      ({ path, value }) =>
        path.at(-1) === 'name' && path.at(-3) === 'ports' && path.includes('containers') && value === target,
    );
  return (
    named.length > 0 &&
    named.every(({ path, root }) => valueAt(root, [...path.slice(0, -1), 'containerPort']) === number)
  );
}

/** Lists whose items are found by a name or all count alike. */
const unordered =
  /\.(ports|volumes|volumeMounts|volumeClaimTemplates|from|to|ingress|egress|policyTypes|accessModes|rules|paths|hosts|drop|imagePullSecrets|topologySpreadConstraints|items|metrics|except|tls)\[\]$/;

/**
 * A label of an object that no selector can be about: those of the manifests select pods, and some namespaces or Services.
 */
const isOfUnselectable = ({ doc, path }: StructuralMutant): boolean =>
  path[0] === 'metadata' &&
  path[1] === 'labels' &&
  !['Namespace', 'Service', 'Pod', 'Node'].includes(kindOf(doc));

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

/** The texts that programs take for variables that are not set, or empty. */
const usualTexts = new Map(
  Object.entries(variablesIn(chatKnowledge)).flatMap(([name, { default: usual }]): [string, string][] =>
    usual === undefined ? [] : [[name, asText(usual)]],
  ),
);

const isUsual = (mutant: StructuralMutant): boolean =>
  kindOf(mutant.doc) === 'ConfigMap' &&
  mutant.path[0] === 'data' &&
  partOf(mutant) === usualTexts.get(String(mutant.path[1]));

const rules: readonly Rule[] = [
  {
    reason: 'It is what an API server fills in.',
    holds: (mutant) =>
      isDefault(mutant) &&
      (mutant.damage === 'deleted' ||
        (mutant.damage === 'emptied' && !['number', 'boolean'].includes(typeof partOf(mutant)))),
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
      /\.(verbs|resources|apiGroups|drop|imagePullSecrets|ingress|egress|from|to|except|accessModes|envFrom|rules|paths|tls|hosts|metrics)\[\]$/.test(
        fieldOf(mutant),
      ),
  },
  {
    reason: 'The program takes the same where the variable is not set.',
    holds: (mutant) => isGone(mutant) && isUsual(mutant),
  },
  {
    reason: 'A label that no selector names.',
    holds: (mutant) => isGone(mutant) && (isUnselected(mutant) || isOfUnselectable(mutant)),
  },
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
