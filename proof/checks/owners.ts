import { repositoryOf } from '../../model/image-repository.ts';
import { nearest } from '../../model/nearest.ts';
import { field, setting, slipOf, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import { selectedBy } from '../graph/ports.ts';
import type { Workload } from '../graph/workloads.ts';
import type { PodSpec } from '../shapes/pod.ts';
import type { Place } from '../source.ts';
import { listed } from '../listed.ts';
import { areNear, elsewhere } from './absence.ts';
import { called, inPod, type Check } from './subject.ts';

/** A claim may be outside the manifests, unless a claim among them is unused. */
export const claimsUsed: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.pod.volumes.flatMap(({ persistentVolumeClaim: wanted }, index): Fault[] => {
      if (!wanted || graph.find('PersistentVolumeClaim', workload.namespace, wanted.claimName)) return [];
      const allUnused = graph
        .ofKind('PersistentVolumeClaim')
        .filter(
          (claim) =>
            !graph.customs.uses(claim.namespace, claim.name) &&
            !graph.workloads.some(
              ({ namespace, pod }) =>
                namespace === claim.namespace &&
                pod.volumes.some((volume) => volume.persistentVolumeClaim?.claimName === claim.name),
            ),
        );
      const [unused, ...others] = allUnused;
      return unused
        ? [
            {
              code: 'OBJECT_MISSING',
              message: `${called(workload)} keeps its data in claim ${wanted.claimName}, which is not in namespace ${workload.namespace}, while no workload uses ${called(unused)}.`,
              here: inPod(workload, 'volumes', index, 'persistentVolumeClaim', 'claimName'),
              there: placeIn(unused, 'metadata', 'name'),
              fix:
                unused.namespace === workload.namespace
                  ? `Write ${unused.name}.`
                  : `Write ${unused.name}, and put both into one namespace.`,
              ...(others.length === 0 && unused.namespace === workload.namespace
                ? setting(
                    inPod(workload, 'volumes', index, 'persistentVolumeClaim', 'claimName'),
                    unused.name,
                  )
                : {}),
            },
          ]
        : [];
    }),
  );

/** The account of a pod, and the field that says so: it has a former name, too. */
const accountOf = ({
  serviceAccountName,
  serviceAccount,
}: PodSpec): { name: string | undefined; field: string } =>
  serviceAccountName === undefined && serviceAccount !== undefined
    ? { name: serviceAccount, field: 'serviceAccount' }
    : { name: serviceAccountName, field: 'serviceAccountName' };

/** A pod's ServiceAccount must exist; an unused one named after a workload is meant for it. */
export const accounts: Check = ({ graph }) => {
  const usable = graph.ofKind('ServiceAccount');
  const names = usable.map(({ name }) => name);
  const used = new Set(
    graph.workloads.map(({ pod, namespace }) => `${namespace}/${accountOf(pod).name ?? 'default'}`),
  );
  const unusedOnes = graph.workloads.flatMap((workload): Fault[] => {
    const own = graph.find('ServiceAccount', workload.namespace, workload.name);
    if (!own || used.has(`${own.namespace}/${own.name}`) || graph.customs.uses(own.namespace, own.name))
      return [];
    return [
      {
        code: 'ACCOUNT_UNUSED',
        message: `${called(workload)} runs as ServiceAccount ${accountOf(workload.pod).name ?? 'default'}, while no workload uses the one of its own name.`,
        here: inPod(workload, 'serviceAccountName'),
        there: placeIn(own, 'metadata', 'name'),
        fix: `Write ${own.name}.`,
        ...field(inPod(workload), 'serviceAccountName', own.name),
      },
    ];
  });
  const missingOnes = graph.workloads.flatMap((workload) => {
    const { name, field: where } = accountOf(workload.pod);
    if (!name || name === 'default' || graph.find('ServiceAccount', workload.namespace, name)) return [];
    const unused = usable.find((account) => !used.has(`${account.namespace}/${account.name}`));
    const near = nearest(name, names);
    return [
      {
        code: 'OBJECT_MISSING' as const,
        ...(areNear(usable, { namespace: workload.namespace, name }) ? {} : elsewhere),
        message: `${called(workload)} runs as ServiceAccount ${name}, which is not in namespace ${workload.namespace}; no pod of it will be made.`,
        here: inPod(workload, where),
        ...(unused ? { there: placeIn(unused, 'metadata', 'name') } : {}),
        fix: `Add the ServiceAccount, or name one that is there${near ? `: ${near}` : ''}.`,
        ...named(
          inPod(workload, where),
          name,
          usable.filter((one) => one.namespace === workload.namespace),
        ),
      },
    ];
  });
  return [...missingOnes, ...unusedOnes];
};

/** A StatefulSet's pods get their names from a Service that must select them. Without it they run, and have no names. */
export const governingServices: Check = ({ graph }) =>
  graph.ofKind('StatefulSet').flatMap((set): Fault[] => {
    const { serviceName, template } = set.content.spec;
    if (serviceName === undefined) return [];
    const service = graph.find('Service', set.namespace, serviceName);
    const { labels } = template.metadata;
    if (service && isGoverning(service, labels)) return [];
    const meant = graph
      .ofKindIn('Service', set.namespace)
      .filter((one) => one.content.spec.clusterIP === 'None' && isGoverning(one, labels));
    const [first] = meant;
    return [
      {
        code: 'OBJECT_MISSING',
        ...(service ? {} : { severity: 'warning' }),
        message: service
          ? `${called(set)} takes its pods' names from ${called(service)}, which selects other pods.`
          : `${called(set)} takes its pods' names from Service ${serviceName}, which is not in namespace ${set.namespace}.`,
        here: placeIn(set, 'spec', 'serviceName'),
        ...(service ? { there: placeIn(service, 'spec', 'selector') } : {}),
        fix: first && !service ? `Write ${first.name}.` : 'Name a headless Service that selects its pods.',
        ...(service ? {} : named(placeIn(set, 'spec', 'serviceName'), serviceName, meant)),
      },
    ];
  });

const isGoverning = ({ content }: ObjectOf<'Service'>, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(content.spec.selector ?? {}).every(([key, value]) => labels[key] === value);

/** The name of the only object that is called almost so. */
const named = (place: Place, written: string, objects: readonly { readonly name: string }[]): Mended =>
  slipOf(
    place,
    written,
    objects.map(({ name }) => name),
  );

/** What scales a workload: an autoscaler, or a resource of another project, such as KEDA's, that names it as its target. */
const isScaled = (graph: Graph, workload: Workload): boolean =>
  scalerOf(graph, workload) !== undefined || graph.customs.scales(workload.namespace, workload.name);

const scalerOf = (graph: Graph, { namespace, kind, name }: Workload): Scaler | undefined =>
  graph.ofKindIn('HorizontalPodAutoscaler', namespace).find(({ content }) => {
    const { scaleTargetRef: target } = content.spec;
    return target.kind === kind && target.name === name;
  });

type Scaler = ObjectOf<'HorizontalPodAutoscaler'>;

/** A Service must not lead to workloads without pods alone. One version of several may have none, as a canary that waits. */
export const emptyWorkloads: Check = ({ graph }) =>
  graph.ofKind('Service').flatMap((service): Fault[] => {
    const workloads = selectedBy(graph, service);
    const [workload] = workloads;
    if (!workload || workloads.some((one) => one.replicas > 0 || isScaled(graph, one) || waits(graph, one)))
      return [];
    return [
      {
        code: 'NO_PODS',
        message: `${called(service)} leads to ${called(workload)}, which runs no pod.`,
        here: placeIn(workload.object, 'spec', 'replicas'),
        there: placeIn(service, 'spec', 'selector'),
        fix: 'Write replicas: 1 or more, or remove both.',
      },
    ];
  });

/** Whether another version of the same program runs beside it. */
function waits(graph: Graph, workload: Workload): boolean {
  const images = new Set(repositoriesOf(workload));
  return graph
    .workloadsIn(workload.namespace)
    .some(
      (other) =>
        other !== workload && other.replicas > 0 && repositoriesOf(other).some((one) => images.has(one)),
    );
}

const repositoriesOf = ({ containers }: Workload): string[] =>
  containers.flatMap(({ init, spec }) => (init || !spec.image ? [] : [repositoryOf(spec.image)]));

/** What a budget counts the pods of; those of a DaemonSet stay when a node is drained. */
const counted = ['Deployment', 'StatefulSet'];

/** A budget that requires all pods that it selects blocks every eviction, so no node can be drained. */
export const budgets: Check = ({ graph }) =>
  graph.ofKind('PodDisruptionBudget').flatMap((budget): Fault[] => {
    const { minAvailable, maxUnavailable, selector } = budget.content.spec;
    const workloads = graph.selected(budget.namespace, selector);
    const [first] = workloads;
    if (!first || !workloads.every(({ kind }) => counted.includes(kind))) return [];
    const replicas = workloads
      .map((workload) => scalerOf(graph, workload)?.content.spec.minReplicas ?? workload.replicas)
      .reduce((sum, one) => sum + one, 0);
    const none = shareOf(maxUnavailable ?? 1, replicas) === 0;
    if (replicas === 0 || (!none && shareOf(minAvailable ?? 0, replicas) < replicas)) return [];
    return [
      {
        code: 'BUDGET_BLOCKS',
        message: `${called(budget)} keeps ${minAvailable ?? 'all'} of the ${replicas} pods of ${listed(workloads, called)}: none may ever be evicted, so no node can be drained.`,
        here: placeIn(budget, 'spec', minAvailable === undefined ? 'maxUnavailable' : 'minAvailable'),
        there: placeIn(first.object, 'spec', 'replicas'),
        fix: 'Keep fewer, or run more.',
      },
    ];
  });

/** A number of pods; a share is rounded up. */
const shareOf = (amount: string | number, whole: number): number =>
  typeof amount === 'number' ? amount : Math.ceil((Number.parseInt(amount, 10) * whole) / 100);
