import { onlyNearest } from '../../model/nearest.ts';
import { setting, slipOf, type Mended } from '../changes.ts';
import { repositoryOf } from '../../model/image-repository.ts';
import type { Graph } from '../graph/graph.ts';
import type { Workload } from '../graph/workloads.ts';
import { placeIn, type AnyObject } from '../graph/objects.ts';
import { isManagedByMooring, nameLabel } from '../graph/managed-by.ts';
import { selectedBy, servicesOf, targetOf } from '../graph/ports.ts';
import { everyPod, selectorText, selects } from '../graph/selectors.ts';
import { listed } from '../listed.ts';
import type { Selector } from '../shapes/common.ts';
import type { Path, Place } from '../source.ts';
import { routedTo } from './routed.ts';
import { called, inPod, type Check, type Subject } from './subject.ts';

/** A selector of an object, where it is written. */
interface Selecting {
  readonly object: AnyObject;
  readonly selector: Selector;
  readonly path: Path;
}

const hasTerms = ({ matchLabels, matchExpressions }: Selector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length > 0;

function selectorsOf(graph: Graph): Selecting[] {
  const services = graph.ofKind('Service').map((object): Selecting => ({
    object,
    selector: { ...everyPod, matchLabels: object.content.spec.selector ?? {} },
    path: ['spec', 'selector'],
  }));
  const budgets = graph.ofKind('PodDisruptionBudget').map((object): Selecting => ({
    object,
    selector: object.content.spec.selector,
    path: ['spec', 'selector', 'matchLabels'],
  }));
  const policies = graph.ofKind('NetworkPolicy').map((object): Selecting => ({
    object,
    selector: object.content.spec.podSelector ?? everyPod,
    path: ['spec', 'podSelector', 'matchLabels'],
  }));
  return [...services, ...budgets, ...policies].filter(({ selector }) => hasTerms(selector));
}

/**
 * Among more workloads than a namespace has, and for more selectors than people get wrong, what was meant is not looked for:
 * each is held against each.
 */
const mostCompared = 300;

function comparedIn(graph: Graph, namespace: string): Graph['workloads'] {
  const all = graph.workloadsIn(namespace);
  return all.length > mostCompared ? [] : all;
}

/** A Service, budget or policy that selects no pod has no effect, and Kubernetes does not report it. */
export const selectsNothing: Check = (subject) => {
  const { graph } = subject;
  return selectorsOf(graph)
    .filter(
      ({ object: { namespace }, selector }) =>
        graph.selected(namespace, selector).length === 0 && !graph.customs.makesPods(namespace, selector),
    )
    .map((one, _, { length }) => {
      const { object, selector, path } = one;
      const here = placeIn(object, ...path);
      const selected = `${called(object)} selects pods with ${selectorText(selector)} in namespace ${object.namespace}`;
      if (isElsewhere(graph, object.namespace, selector))
        return {
          code: 'SELECTS_NOTHING' as const,
          severity: 'unknown' as const,
          message: `${selected}, which no workload here makes.`,
          here,
          fix: 'Verify it together with what makes the pods.',
        };
      const workloads = length > mostCompared ? [] : comparedIn(graph, object.namespace);
      const near = closest(workloads, selector);
      return {
        code: 'SELECTS_NOTHING' as const,
        ...(near && isMeant(subject, one, near) ? { severity: 'error' as const } : {}),
        message:
          `${selected}, and there are none.` +
          (near ? ` The pods of ${called(near)} have ${labelsText(near.labels, selector)}.` : ''),
        here,
        ...(near
          ? { there: { doc: near.object.doc, path: [...near.podPath.slice(0, -1), 'metadata', 'labels'] } }
          : {}),
        fix: near
          ? 'Make the selector and the labels of the pods agree.'
          : 'Select labels some pod has, or remove it.',
        ...reselecting(here, selector, workloads),
      };
    });
};

/**
 * Whether a Service that is dialled or routed to misses, by one label, the pods that it is meant for: they have its port,
 * and no other Service leads to them.
 */
function isMeant(subject: Subject, { object, selector }: Selecting, near: Workload): boolean {
  if (object.kind !== 'Service') return false;
  const { graph } = subject;
  const isUsed =
    routedTo(graph, object).length > 0 || subject.dialsTo(object).some(({ known }) => known === undefined);
  const hasPort = object.content.spec.ports.some((port) => targetOf(port, near)?.declared);
  if (!isUsed || !hasPort || servicesOf(graph, near).length > 0) return false;
  const wanted = Object.entries(selector.matchLabels);
  const [missed, ...others] = wanted.filter(([key, value]) => near.labels[key] !== value);
  const has = missed && near.labels[missed[0]];
  return (
    missed !== undefined &&
    has !== undefined &&
    others.length === 0 &&
    (wanted.length > 1 || onlyNearest(missed[1], [has]) !== undefined)
  );
}

/** The value of the one label by which the pods of one workload alone are missed, by a slip. */
function reselecting(
  { doc, path }: Place,
  { matchLabels, matchExpressions }: Selector,
  workloads: Graph['workloads'],
): Mended {
  if (matchExpressions.length > 0) return {};
  const slips = workloads.flatMap(({ labels }) => {
    const [missed, ...others] = Object.entries(matchLabels).filter(([key, value]) => labels[key] !== value);
    const right = missed && labels[missed[0]];
    return missed &&
      right !== undefined &&
      others.length === 0 &&
      onlyNearest(missed[1], [right]) !== undefined
      ? [{ key: missed[0], right }]
      : [];
  });
  const [first] = slips;
  return first && slips.every(({ key, right }) => key === first.key && right === first.right)
    ? setting({ doc, path: [...path, first.key] }, first.right)
    : {};
}

/**
 * A custom resource may make the pods, or another chart: of a namespace without any here, or by labels of their own.
 * Those of the control plane and of cluster DNS are nobody's manifests.
 */
const isElsewhere = (graph: Graph, namespace: string, selector: Selector): boolean =>
  (graph.workloadsIn(namespace).length === 0 ||
    namespace === 'kube-system' ||
    graph.customs.mayMakePods(namespace, selector) ||
    Object.keys(selector.matchLabels).some(isForeign)) &&
  !graph.workloads.some(({ labels }) => selects(selector, labels));

/** `strimzi.io/cluster`: a label in the domain of another project. */
const isForeign = (label: string): boolean =>
  /^[^/]+\//.test(label) && !/(^|\.)(kubernetes|k8s)\.io\//.test(label);

/** The workload that has most of what is selected. */
function closest(
  workloads: Graph['workloads'],
  { matchLabels }: Selector,
): Graph['workloads'][number] | undefined {
  const score = ({ labels }: Graph['workloads'][number]): number =>
    Object.entries(matchLabels).filter(([key, value]) => labels[key] === value || labels[key] !== undefined)
      .length;
  return workloads.filter((one) => score(one) > 0).sort((a, b) => score(b) - score(a))[0];
}

const labelsText = (labels: Readonly<Record<string, string>>, { matchLabels }: Selector): string =>
  Object.keys(matchLabels)
    .map((key) => `${key}=${labels[key] ?? '(nothing)'}`)
    .join(', ');

/** Two of one kind and name are told as one object that is there twice. */
const isSame = (one: Workload, other: Workload): boolean =>
  one.kind === other.kind && one.name === other.name;

/** A pod that its controller made, as one reads it from a cluster. */
const isOwned = ({ object }: Workload): boolean =>
  (object.doc.value as { metadata?: { ownerReferences?: unknown } }).metadata?.ownerReferences !== undefined;

/** The cluster refuses a workload whose selector does not select its own pods. */
export const ownPods: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) => {
    const selector = ownSelector(workload.object);
    if (!selector) return [];
    const here = placeIn(workload.object, 'spec', 'selector', 'matchLabels');
    const others = hasTerms(selector)
      ? graph
          .selected(workload.namespace, selector)
          .filter((other) => !isSame(other, workload) && !isOwned(other))
      : [];
    return [
      ...(selects(selector, workload.labels)
        ? []
        : [
            {
              code: 'SELECTOR_MISSES_OWN_PODS' as const,
              message: `${called(workload)} selects ${selectorText(selector)}, but its own pods have ${labelsText(workload.labels, selector)}.`,
              here,
              there: {
                doc: workload.object.doc,
                path: [...workload.podPath.slice(0, -1), 'metadata', 'labels'],
              },
              fix: 'Make the selector and the labels of the template agree.',
            },
          ]),
      ...others.slice(0, 1).map((other) => ({
        code: 'SELECTORS_OVERLAP' as const,
        message: `${called(workload)} also selects the pods of ${listed(others, called)}: each will delete the other's.`,
        here,
        there: { doc: other.object.doc, path: [...other.podPath.slice(0, -1), 'metadata', 'labels'] },
        fix: 'Give each a label of its own and select it.',
      })),
    ];
  });

/** How a workload finds its own pods; a Job's selector is made for it. */
const ownSelector = (object: AnyObject): Selector | undefined =>
  object.kind === 'Deployment' || object.kind === 'StatefulSet' || object.kind === 'DaemonSet'
    ? object.content.spec.selector
    : undefined;

/** A Service must lead to pods of one program. */
export const selectsSeveral: Check = ({ graph }) =>
  graph.ofKind('Service').flatMap((service) => {
    const isNamed = Object.keys(service.content.spec.selector ?? {}).some((key) =>
      programLabels.includes(key),
    );
    // By the name of one program its versions are selected, whatever their images are called.
    if (isNamed) return [];
    const [first, ...rest] = selectedBy(graph, service).filter(
      ({ kind }) => kind !== 'Job' && kind !== 'CronJob',
    );
    const imageOf = (workload: typeof first): string =>
      repositoryOf(workload?.pod.containers[0]?.image ?? '');
    const other = rest.find((one) => imageOf(one) !== imageOf(first));
    return first && other
      ? [
          {
            code: 'SELECTS_SEVERAL' as const,
            message: `${called(service)} leads to ${called(first)} (${imageOf(first)}) and to ${called(other)} (${imageOf(other)}).`,
            here: placeIn(service, 'spec', 'selector'),
            there: placeIn(other.object, 'metadata', 'name'),
            fix: 'Select a label that only one of them has.',
          },
        ]
      : [];
  });

/** Labels that name a program, by custom. */
const programLabels = [nameLabel, 'app', 'k8s-app', 'name', 'run'];

/**
 * An object labelled as one service, whose pods are there, must not select the pods of another. A second Service of a
 * program often has a name of its own (`queue-metrics` of `queue`) that no pod has.
 */
export const selectorOfAnother: Check = ({ graph }) =>
  selectorsOf(graph).flatMap(({ object, selector, path }) => {
    const [own, wanted] = [object.labels[nameLabel], selector.matchLabels[nameLabel]];
    if (object.kind === 'NetworkPolicy' || own === undefined || wanted === undefined) return [];
    if (own === wanted || own.startsWith(`${wanted}-`)) return [];
    if (object.name.endsWith(`-${wanted}`) && !isManagedByMooring(object)) return [];
    const hasPods = graph.workloadsIn(object.namespace).some(({ labels }) => labels[nameLabel] === own);
    if (!hasPods && !isManagedByMooring(object)) return [];
    return [
      {
        code: 'SELECTOR_OF_ANOTHER' as const,
        message: `${called(object)} says it is of "${own}", but selects the pods of "${wanted}".`,
        here: placeIn(object, ...path, nameLabel),
        there: placeIn(object, 'metadata', 'labels', nameLabel),
        fix: 'Make both the same.',
      },
    ];
  });

/** A topology spread must select the workload's own pods. */
export const spreads: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.pod.topologySpreadConstraints.flatMap(({ labelSelector, topologyKey }, index) => {
      const at = ['topologySpreadConstraints', index];
      const wrong = /(^|\.)(kubernetes|k8s)\.io\//.test(topologyKey) && !topologies.includes(topologyKey);
      return [
        ...(labelSelector && !selects(labelSelector, workload.labels)
          ? [
              {
                code: 'SELECTS_NOTHING' as const,
                message: `${called(workload)} spreads pods with ${selectorText(labelSelector)}, but its own have ${labelsText(workload.labels, labelSelector)}.`,
                here: inPod(workload, ...at, 'labelSelector', 'matchLabels'),
                fix: 'Select its own pods.',
                ...reselecting(inPod(workload, ...at, 'labelSelector', 'matchLabels'), labelSelector, [
                  workload,
                ]),
              },
            ]
          : []),
        ...(wrong
          ? [
              {
                code: 'UNKNOWN_TOPOLOGY' as const,
                message: `${called(workload)} spreads over "${topologyKey}", which is no label of Kubernetes' nodes.`,
                here: inPod(workload, ...at, 'topologyKey'),
                fix: `Write one of ${topologies.join(', ')}.`,
                ...slipOf(inPod(workload, ...at, 'topologyKey'), topologyKey, topologies),
              },
            ]
          : []),
      ];
    }),
  );

const topologies = [
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
];
