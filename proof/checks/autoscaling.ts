import type { Fault } from '../findings.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Path } from '../source.ts';
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
