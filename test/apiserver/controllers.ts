import type { Lab } from './cli/mooring.ts';

/** What controllers and kubelets would write, where none runs: workloads that are rolled out, and where Services lead. */

interface Workload {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
  };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly volumes?: readonly object[] };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

/** Every Deployment and StatefulSet of a namespace as it is when its one pod is ready. */
export async function rollOut(lab: Lab, namespace: string): Promise<void> {
  const text = await lab.kubectl(['-n', namespace, 'get', 'deployments,statefulsets', '-o', 'json']);
  // The ServiceAccount's controller would make it.
  await lab.kubectl(['-n', namespace, 'create', 'serviceaccount', 'default']);
  for (const workload of (JSON.parse(text) as { items: Workload[] }).items)
    await (workload.kind === 'Deployment' ? deployed : set)(lab, namespace, workload);
}

async function deployed(lab: Lab, namespace: string, { metadata, spec }: Workload): Promise<void> {
  const { replicas } = spec;
  await patchStatus(lab, namespace, `deployment/${metadata.name}`, {
    observedGeneration: metadata.generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
  });
}

const revision = 'revision-1';

async function set(lab: Lab, namespace: string, { metadata, spec }: Workload): Promise<void> {
  const { template, volumeClaimTemplates = [] } = spec;
  const claims = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` },
  }));
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      name: `${metadata.name}-0`,
      labels: { ...template.metadata.labels, 'controller-revision-hash': revision },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: metadata.name, uid: metadata.uid },
      ],
    },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
  };
  await lab.kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(pod));
  await patchStatus(lab, namespace, `pod/${pod.metadata.name}`, {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
  });
  await patchStatus(lab, namespace, `statefulset/${metadata.name}`, {
    observedGeneration: metadata.generation,
    replicas: 1,
    readyReplicas: 1,
    updateRevision: revision,
  });
}

async function patchStatus(lab: Lab, namespace: string, object: string, status: object): Promise<void> {
  const patch = JSON.stringify({ status });
  await lab.kubectl([
    ...['-n', namespace, 'patch', object, '--subresource=status', '--type=merge', '-p', patch],
  ]);
}

/** EndpointSlices: each Service leads to a ready pod of its own by a named port. */
export async function endpoints(
  lab: Lab,
  namespace: string,
  services: Readonly<Record<string, readonly [port: string, number: number]>>,
): Promise<void> {
  for (const [service, [name, port]] of Object.entries(services)) {
    const slice = {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
      metadata: { name: service, labels: { 'kubernetes.io/service-name': service } },
      ports: [{ name, port, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', namespace, name: `${service}-0` },
        },
      ],
    };
    await lab.kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(slice));
  }
}
