import { removing, slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn, type AnyObject, type ObjectOf } from '../graph/objects.ts';
import { oncePer } from '../graph/once-per.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import { valueAt, type Doc, type Path } from '../source.ts';
import { areNear, elsewhere } from './absence.ts';
import { called, containerCalled, inContainer, type Check } from './subject.ts';

type Scaler = ObjectOf<'HorizontalPodAutoscaler'>;

/** A share of a resource that an autoscaler keeps. */
interface Share {
  readonly resource: string;
  /** Absent: of all containers. */
  readonly container?: string;
  readonly path: Path;
}

/** An autoscaler by a share of what is requested counts nothing where a container requests nothing. */
export const autoscalerRequests: Check = ({ graph }) =>
  graph.ofKind('HorizontalPodAutoscaler').flatMap((scaler) => {
    const { kind, name } = scaler.content.spec.scaleTargetRef;
    const target = graph.workloadsIn(scaler.namespace).find((one) => one.kind === kind && one.name === name);
    const given = graph.ofKindIn('LimitRange', scaler.namespace).flatMap(requestsGiven);
    const shares = sharesOf(scaler).filter(({ resource }) => !given.includes(resource));
    return target ? shares.flatMap((share) => withoutRequest(scaler, target, share)) : [];
  });

function withoutRequest(scaler: Scaler, target: Workload, { resource, container, path }: Share): Fault[] {
  const without = target.containers.find(
    (one) => !one.init && (container === undefined || one.name === container) && !requests(one, resource),
  );
  if (!without) return [];
  return [
    {
      code: 'AUTOSCALER_BLIND',
      message: `${called(scaler)} scales by a share of the requested ${resource}, and ${containerCalled(target, without)} requests none: without a LimitRange that sets one it never scales.`,
      here: placeIn(scaler, ...path),
      there: inContainer(without, 'resources'),
      fix: `Write resources.requests.${resource} in the container, or scale by an AverageValue.`,
    },
  ];
}

/** The resources of which each container gets a request; a limit it gets is the request too. */
const requestsGiven = ({ content }: ObjectOf<'LimitRange'>): string[] =>
  content.spec.limits
    .filter(({ type }) => type === 'Container')
    .flatMap((limit) => [...Object.keys(limit.default), ...Object.keys(limit.defaultRequest)]);

/** A limit without a request is the request too. */
const requests = ({ spec: { resources } }: Container, resource: string): boolean =>
  Object.hasOwn(resources.requests, resource) || Object.hasOwn(resources.limits, resource);

interface Metric {
  readonly name?: string;
  readonly container?: string;
  readonly target?: { readonly type?: string };
}

function sharesOf({ content }: Scaler): Share[] {
  const { metrics, targetCPUUtilizationPercentage } = content.spec;
  const old: Share[] =
    targetCPUUtilizationPercentage === undefined
      ? []
      : [{ resource: 'cpu', path: ['spec', 'targetCPUUtilizationPercentage'] }];
  return [
    ...old,
    ...metrics.flatMap((metric, index): Share[] => {
      const field = metric.type === 'Resource' ? 'resource' : 'containerResource';
      const { name, container, target } = metricAt(metric, field);
      return name === undefined || target?.type !== 'Utilization'
        ? []
        : [
            {
              resource: name,
              ...(container === undefined ? {} : { container }),
              path: ['spec', 'metrics', index, field, 'name'],
            },
          ];
    }),
  ];
}

const metricAt = (metric: object, field: string): Metric =>
  (metric as Readonly<Record<string, Metric | undefined>>)[field] ?? {};

/** What scales a workload, and which one. */
interface Scaling {
  readonly by: {
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
    readonly doc: Doc;
  };
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** By Kubernetes' own autoscaler, or by KEDA's objects, which scale a Deployment where they say nothing else. */
const scalingsIn = (graph: Graph): Scaling[] => [
  ...graph
    .ofKind('HorizontalPodAutoscaler')
    .map((by): Scaling => ({ by, ...by.content.spec.scaleTargetRef })),
  ...graph.customs.all
    .filter(({ apiVersion, kind }) => apiVersion.startsWith('keda.sh/') && kind === 'ScaledObject')
    .flatMap((by): Scaling[] => {
      const {
        name,
        kind = 'Deployment',
        apiVersion = 'apps/v1',
      } = {
        ...(valueAt(by.doc.value, ['spec', 'scaleTargetRef']) as Partial<Scaling> | undefined),
      };
      return typeof name === 'string' ? [{ by, apiVersion, kind, name }] : [];
    }),
];

const callOf = (namespace: string, kind: string, name: string): string => [namespace, kind, name].join('/');

const workloadsCalled = oncePer((graph: Graph) =>
  Map.groupBy(graph.workloads, ({ namespace, kind, name }) => callOf(namespace, kind, name)),
);

/** The workloads whose number of pods can be set. */
const scalableKinds: readonly string[] = ['Deployment', 'StatefulSet'];

/**
 * Whether a target that is not there is missing: its kind is one that Kubernetes cannot scale, others of its kind are in
 * the namespace, or one of its name is in another.
 */
const isCertain = (graph: Graph, { by: { namespace }, apiVersion, kind, name }: Scaling): boolean =>
  (apiVersion === 'apps/v1' && ![...scalableKinds, 'ReplicaSet'].includes(kind)) ||
  areNear(
    graph.workloads.filter((one) => one.kind === kind),
    { namespace, name },
  );

/** What is scaled must be there, and leave its replicas to what scales it. */
export const autoscalers: Check = ({ graph }) =>
  scalingsIn(graph).flatMap((scaling): Fault[] => {
    const { by, apiVersion, kind, name } = scaling;
    if (graph.customs.includes({ apiVersion, kind, name, namespace: by.namespace })) return [];
    const target = workloadsCalled(graph)
      .get(callOf(by.namespace, kind, name))
      ?.find(({ object }) => valueAt(object.doc.value, ['apiVersion']) === apiVersion);
    if (!target) return [missingTarget(graph, scaling)];
    // KEDA's object may come and go, and then the replicas that are written hold.
    if (by.kind !== 'HorizontalPodAutoscaler' || replicasOf(target.object) === undefined) return [];
    return [
      {
        code: 'REPLICAS_CONFLICT' as const,
        message: `${called(target)} says how many replicas it has, and ${called(by)} scales it: each apply undoes the other.`,
        here: placeIn(target.object, 'spec', 'replicas'),
        there: placeIn(by, 'spec', 'scaleTargetRef', 'name'),
        fix: 'Remove spec.replicas.',
        ...removing(placeIn(target.object, 'spec', 'replicas')),
      },
    ];
  });

function missingTarget(graph: Graph, scaling: Scaling): Fault {
  const { by, apiVersion, kind, name } = scaling;
  const scalable = graph.workloadsIn(by.namespace).filter((one) => scalableKinds.includes(one.kind));
  const ofKind = scalable.filter((one) => one.kind === kind);
  const here = placeIn(by, 'spec', 'scaleTargetRef', 'name');
  return {
    code: 'OBJECT_MISSING',
    ...(isCertain(graph, scaling) ? {} : elsewhere),
    message: `${called(by)} scales ${kind} ${name} (${apiVersion}), which is not in namespace ${by.namespace}.`,
    here,
    fix:
      scalable.length === 0
        ? `Add ${kind} ${name}, or name a workload that is there.`
        : `Name a workload that is there: ${listed(scalable, called)}.`,
    ...slipOf(
      here,
      name,
      ofKind.map((one) => one.name),
    ),
  };
}

/** What a workload says about its replicas, where it may say anything. */
const replicasOf = (object: AnyObject): number | undefined =>
  object.kind === 'Deployment' || object.kind === 'StatefulSet' ? object.content.spec.replicas : undefined;
