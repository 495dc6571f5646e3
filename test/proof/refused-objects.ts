import { valueAt, type Path } from '../../proof/source.ts';
import type { Fields } from './small-manifests.ts';

/** Objects that the API server refuses though their fields and types are right, each with a twin that it takes. */
export interface RefusedObject {
  /** What the API server refuses. */
  readonly name: string;
  readonly right: Fields;
  readonly wrong: Fields;
  /** Where verify must point to, as `spec.ports.0`. */
  readonly at: string;
}

/** A copy with something else at some paths; `undefined` takes away what is there. */
function changed(object: Fields, changes: Readonly<Record<string, unknown>>): Fields {
  // Not a structured clone: that keeps what two parts share.
  const copy = JSON.parse(JSON.stringify(object)) as Fields;
  for (const [keys, value] of Object.entries(changes)) {
    const path = pathOf(keys);
    const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
    const last = path.at(-1) ?? '';
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = value;
  }
  return copy;
}

/** `spec.ports.0`, or `metadata.labels[example.org/tier]` for a key with a dot. */
const pathOf = (keys: string): Path =>
  [...keys.matchAll(/\[([^\]]+)\]|[^.[\]]+/g)].map(([step, key]) =>
    key === undefined ? (/^\d+$/.test(step) ? Number(step) : step) : key,
  );

const labels = { app: 'web' };
const container = {
  name: 'main',
  image: 'registry.example.org/own:1',
  ports: [{ name: 'http', containerPort: 8080 }],
};
const podSpec = { enableServiceLinks: false, containers: [container] };

const workload = (kind: string, spec: Fields): Fields => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec }, ...spec },
});
const deployment = workload('Deployment', { replicas: 1 });
const statefulSet = workload('StatefulSet', { serviceName: 'web' });
const daemonSet = workload('DaemonSet', {});
const jobSpec = { template: { metadata: { labels }, spec: { ...podSpec, restartPolicy: 'Never' } } };
const job: Fields = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: jobSpec };
const cronJob: Fields = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'often' },
  spec: { schedule: '*/5 * * * *', jobTemplate: { spec: jobSpec } },
};
const service: Fields = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
};
const headless = changed(service, { 'spec.clusterIP': 'None', 'metadata.name': 'web-all' });
const balancer = changed(service, { 'spec.type': 'LoadBalancer' });
const ingress: Fields = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web' },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'shop.example.org',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
};
const policy: Fields = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'web' },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 8080, endPort: 8090 }] }],
  },
};
const budget: Fields = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web' },
  spec: { maxUnavailable: 1, selector: {} },
};
const autoscaler: Fields = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 4,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
    behavior: {
      scaleDown: {
        policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
        stabilizationWindowSeconds: 60,
      },
    },
  },
};
const claim: Fields = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const volume: Fields = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk' },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/srv/disk' } },
};
const configMap: Fields = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', labels: { 'app.kubernetes.io/name': 'web' }, annotations: {} },
  data: { color: 'red' },
};
const secret = (type: string, stringData: Fields): Fields => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'keys' },
  type,
  stringData,
});
const role: Fields = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'reader' },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
};
const clusterRole = changed(role, { kind: 'ClusterRole' });
const clusterBinding: Fields = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'readers' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
};
const binding = changed(clusterBinding, { kind: 'RoleBinding' });
const priority: Fields = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'important' },
  value: 1000,
};
const storageClass: Fields = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'fast' },
  provisioner: 'example.org/disk',
  reclaimPolicy: 'Retain',
};

const pod = 'spec.template.spec';
const main = `${pod}.containers.0`;
const get = { httpGet: { path: '/', port: 'http' } };
const mounted = changed(deployment, {
  [`${main}.volumeMounts`]: [{ name: 'data', mountPath: '/data' }],
  [`${pod}.volumes`]: [{ name: 'data', emptyDir: {} }],
});
const projected = (...paths: string[]): Fields =>
  changed(mounted, {
    [`${pod}.volumes.0`]: {
      name: 'data',
      projected: {
        sources: paths.map((path) => ({
          downwardAPI: { items: [{ path, fieldRef: { fieldPath: 'metadata.name' } }] },
        })),
      },
    },
  });
const initial = changed(deployment, {
  [`${pod}.initContainers`]: [{ name: 'first', image: 'registry.example.org/own:1' }],
});
const spreading = {
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: labels },
};

/** A refused object: what is changed to make it wrong, and where that is to be found, if not at the first change. */
const refused = (
  name: string,
  right: Fields,
  wrong: Readonly<Record<string, unknown>>,
  at = Object.keys(wrong)[0] ?? '',
): RefusedObject => ({ name, right, wrong: changed(right, wrong), at: pathOf(at).join('.') });

const definition: Fields = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

export const refusedObjects: readonly RefusedObject[] = [
  // Metadata
  refused('a name with a capital letter', configMap, { 'metadata.name': 'Settings' }),
  refused('a name with an underscore', volume, { 'metadata.name': 'disk_1' }),
  refused('the name of a Service that starts with a digit', service, { 'metadata.name': '1web' }),
  refused('the name of a StatefulSet with a dot', statefulSet, { 'metadata.name': 'web.one' }),
  refused('a CronJob with a name of 53 letters', cronJob, { 'metadata.name': 'n'.repeat(53) }),
  refused('the key of a label with a space', configMap, { 'metadata.labels[my app]': 'web' }),
  refused('the key of a label with two prefixes', configMap, { 'metadata.labels[a/b/c]': 'web' }),
  refused(
    'the value of a label with a slash',
    volume,
    { 'metadata.labels': { team: 'a/b' } },
    'metadata.labels.team',
  ),
  refused('the value of a label of 64 letters', configMap, { 'metadata.labels.team': 'n'.repeat(64) }),
  refused('the key of an annotation with a space', configMap, { 'metadata.annotations[my note]': 'text' }),
  refused('an object without a name', configMap, { 'metadata.name': undefined }),
  refused(
    'a selector whose operator needs values',
    budget,
    {
      'spec.selector.matchExpressions': [{ key: 'app', operator: 'In' }],
    },
    'spec.selector.matchExpressions.0.values',
  ),
  refused(
    'a selector whose operator takes no values',
    budget,
    {
      'spec.selector.matchExpressions': [{ key: 'app', operator: 'Exists', values: ['web'] }],
    },
    'spec.selector.matchExpressions.0.values',
  ),
  refused(
    'a selector with an operator of no kind',
    budget,
    {
      'spec.selector.matchExpressions': [{ key: 'app', operator: 'Is', values: ['web'] }],
    },
    'spec.selector.matchExpressions.0.operator',
  ),

  // Containers
  refused(
    'two containers of one name',
    deployment,
    { [`${pod}.containers.1`]: { ...container, ports: [] } },
    `${pod}.containers.1.name`,
  ),
  refused('an init container with the name of a container', initial, {
    [`${pod}.initContainers.0.name`]: 'main',
  }),
  refused(
    'two ports of one name',
    deployment,
    {
      [`${main}.ports.1`]: { name: 'http', containerPort: 8081 },
    },
    `${main}.ports.1.containerPort`,
  ),
  refused('a port name of 16 letters', deployment, { [`${main}.ports.0.name`]: 'n'.repeat(16) }),
  refused('a port of a container beyond 65535', deployment, { [`${main}.ports.0.containerPort`]: 65_536 }),
  refused(
    'a host port that differs on the network of the host',
    changed(deployment, { [`${pod}.hostNetwork`]: true }),
    {
      [`${main}.ports.0.hostPort`]: 80,
    },
  ),
  refused(
    'two containers on one host port',
    changed(deployment, { [`${main}.ports.0.hostPort`]: 8080 }),
    {
      [`${pod}.containers.1`]: {
        name: 'other',
        image: 'registry.example.org/own:1',
        ports: [{ containerPort: 9090, hostPort: 8080 }],
      },
    },
    `${pod}.containers.1.ports.0.hostPort`,
  ),
  refused(
    'a variable with a value and a source',
    deployment,
    {
      [`${main}.env`]: [{ name: 'POD', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    },
    `${main}.env.0.valueFrom`,
  ),
  refused(
    'a variable with two sources',
    deployment,
    {
      [`${main}.env`]: [
        {
          name: 'POD',
          valueFrom: {
            fieldRef: { fieldPath: 'metadata.name' },
            resourceFieldRef: { resource: 'limits.cpu' },
          },
        },
      ],
    },
    `${main}.env.0.valueFrom`,
  ),
  refused(
    'a variable whose source is empty',
    deployment,
    { [`${main}.env`]: [{ name: 'POD', valueFrom: {} }] },
    `${main}.env.0.valueFrom`,
  ),
  refused(
    'a field of the pod that no variable can have',
    deployment,
    {
      [`${main}.env`]: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }],
    },
    `${main}.env.0.valueFrom.fieldRef.fieldPath`,
  ),
  refused(
    'a resource of the container that no variable can have',
    deployment,
    {
      [`${main}.env`]: [{ name: 'POD', valueFrom: { resourceFieldRef: { resource: 'limits.disk' } } }],
    },
    `${main}.env.0.valueFrom.resourceFieldRef.resource`,
  ),
  refused(
    'a source of variables with two objects',
    deployment,
    {
      [`${main}.envFrom`]: [
        { configMapRef: { name: 'a', optional: true }, secretRef: { name: 'b', optional: true } },
      ],
    },
    `${main}.envFrom.0`,
  ),
  refused(
    'a source of variables with none',
    deployment,
    { [`${main}.envFrom`]: [{ prefix: 'A_' }] },
    `${main}.envFrom.0`,
  ),
  refused('a pull policy that there is not', deployment, { [`${main}.imagePullPolicy`]: 'Allways' }),
  refused(
    'a resource that there is not',
    deployment,
    { [`${main}.resources`]: { limits: { mem: '1Gi' } } },
    `${main}.resources.limits.mem`,
  ),
  refused(
    'a graphics card without a limit',
    deployment,
    {
      [`${main}.resources`]: { requests: { 'example.org/gpu': 1 } },
    },
    `${main}.resources.requests.example.org/gpu`,
  ),
  refused(
    'a request beyond its limit',
    deployment,
    {
      [`${main}.resources`]: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } },
    },
    `${main}.resources.requests.memory`,
  ),
  refused('a readiness probe of an init container', initial, {
    [`${pod}.initContainers.0.readinessProbe`]: { exec: { command: ['true'] } },
  }),
  refused('a hook of an init container', initial, {
    [`${pod}.initContainers.0.lifecycle`]: { preStop: { exec: { command: ['true'] } } },
  }),

  // Probes and hooks
  refused('a probe with two handlers', deployment, {
    [`${main}.readinessProbe`]: { ...get, tcpSocket: { port: 'http' } },
  }),
  refused('a probe with no handler', deployment, { [`${main}.readinessProbe`]: { periodSeconds: 5 } }),
  refused(
    'a hook with two handlers',
    deployment,
    {
      [`${main}.lifecycle`]: { preStop: { exec: { command: ['true'] }, sleep: { seconds: 1 } } },
    },
    `${main}.lifecycle.preStop`,
  ),
  refused(
    'a hook with no handler',
    deployment,
    { [`${main}.lifecycle`]: { preStop: {} } },
    `${main}.lifecycle.preStop`,
  ),
  refused(
    'a liveness probe that must succeed twice',
    deployment,
    { [`${main}.livenessProbe`]: { ...get, successThreshold: 2 } },
    `${main}.livenessProbe.successThreshold`,
  ),
  refused(
    'a grace period of a readiness probe',
    deployment,
    {
      [`${main}.readinessProbe`]: { ...get, terminationGracePeriodSeconds: 5 },
    },
    `${main}.readinessProbe.terminationGracePeriodSeconds`,
  ),

  // Volumes
  refused(
    'a volume with two sources',
    mounted,
    { [`${pod}.volumes.0.hostPath`]: { path: '/srv' } },
    `${pod}.volumes.0`,
  ),
  refused(
    'two volumes of one name',
    mounted,
    { [`${pod}.volumes.1`]: { name: 'data', emptyDir: {} } },
    `${pod}.volumes.1.name`,
  ),
  refused('a mount of no volume', mounted, { [`${main}.volumeMounts.0.name`]: 'dta' }),
  refused(
    'two mounts at one path',
    changed(mounted, {
      [`${pod}.volumes.1`]: { name: 'more', emptyDir: {} },
      [`${main}.volumeMounts.1`]: { name: 'more', mountPath: '/more' },
    }),
    {
      [`${main}.volumeMounts.1.mountPath`]: '/data',
    },
  ),
  refused('an absolute path in a volume', mounted, { [`${main}.volumeMounts.0.subPath`]: '/part' }),
  refused('a path in a volume that leaves it', mounted, { [`${main}.volumeMounts.0.subPath`]: '../part' }),
  refused(
    'a path in a volume and one to expand',
    mounted,
    { [`${main}.volumeMounts.0.subPath`]: 'a', [`${main}.volumeMounts.0.subPathExpr`]: 'b' },
    `${main}.volumeMounts.0.subPathExpr`,
  ),
  refused(
    'the mode of a file beyond 0777',
    mounted,
    {
      [`${pod}.volumes.0`]: {
        name: 'data',
        configMap: { name: 'settings', optional: true, defaultMode: 755 },
      },
    },
    `${pod}.volumes.0.configMap.defaultMode`,
  ),
  refused(
    'a file outside of its volume',
    mounted,
    {
      [`${pod}.volumes.0`]: {
        name: 'data',
        configMap: { name: 'settings', optional: true, items: [{ key: 'a', path: '../a' }] },
      },
    },
    `${pod}.volumes.0.configMap.items.0.path`,
  ),
  refused(
    'a projected source of two kinds',
    projected('a'),
    {
      [`${pod}.volumes.0.projected.sources.0.serviceAccountToken`]: { path: 'token' },
    },
    `${pod}.volumes.0.projected.sources.0`,
  ),
  refused('two projected files at one path', projected('a', 'b'), {
    [`${pod}.volumes.0.projected.sources.1.downwardAPI.items.0.path`]: 'a',
  }),
  refused(
    'a kind of path of the host that there is not',
    mounted,
    { [`${pod}.volumes.0`]: { name: 'data', hostPath: { path: '/srv', type: 'Folder' } } },
    `${pod}.volumes.0.hostPath.type`,
  ),

  // Pods
  refused('a DNS policy None without a name server', deployment, { [`${pod}.dnsPolicy`]: 'None' }),
  refused(
    'a toleration without key whose operator is not Exists',
    deployment,
    { [`${pod}.tolerations`]: [{ effect: 'NoSchedule' }] },
    `${pod}.tolerations.0.operator`,
  ),
  refused(
    'a toleration of what exists, with a value',
    deployment,
    {
      [`${pod}.tolerations`]: [{ key: 'a', operator: 'Exists', value: 'b' }],
    },
    `${pod}.tolerations.0.value`,
  ),
  refused(
    'a toleration for a time with another effect',
    deployment,
    {
      [`${pod}.tolerations`]: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 60 }],
    },
    `${pod}.tolerations.0.effect`,
  ),
  refused(
    'a host alias without an address',
    deployment,
    { [`${pod}.hostAliases`]: [{ ip: 'db', hostnames: ['db.local'] }] },
    `${pod}.hostAliases.0.ip`,
  ),
  refused(
    'a spread that is there twice',
    changed(deployment, { [`${pod}.topologySpreadConstraints`]: [spreading] }),
    {
      [`${pod}.topologySpreadConstraints.1`]: { ...spreading, maxSkew: 2 },
    },
  ),
  refused(
    'an affinity of a weight beyond 100',
    deployment,
    {
      [`${pod}.affinity`]: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 101,
              podAffinityTerm: {
                topologyKey: 'kubernetes.io/hostname',
                labelSelector: { matchLabels: labels },
              },
            },
          ],
        },
      },
    },
    `${pod}.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.weight`,
  ),
  refused(
    'an affinity to nodes without terms',
    deployment,
    {
      [`${pod}.affinity`]: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
      },
    },
    `${pod}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`,
  ),
  refused(
    'a capability to escalate denied to a privileged container',
    deployment,
    {
      [`${main}.securityContext`]: { privileged: true, allowPrivilegeEscalation: false },
    },
    `${main}.securityContext.allowPrivilegeEscalation`,
  ),
  refused(
    'a capability to escalate denied to a container with CAP_SYS_ADMIN',
    changed(deployment, {
      [`${main}.securityContext`]: { capabilities: { add: ['SYS_ADMIN'] }, allowPrivilegeEscalation: false },
    }),
    { [`${main}.securityContext.capabilities.add`]: ['CAP_SYS_ADMIN'] },
    `${main}.securityContext.allowPrivilegeEscalation`,
  ),

  // Workloads
  refused('a Deployment that does not restart its pods', deployment, {
    [`${pod}.restartPolicy`]: 'OnFailure',
  }),
  refused('a StatefulSet that does not restart its pods', statefulSet, { [`${pod}.restartPolicy`]: 'Never' }),
  refused('a DaemonSet that does not restart its pods', daemonSet, { [`${pod}.restartPolicy`]: 'Never' }),
  refused('a Deployment with a deadline of its pods', deployment, { [`${pod}.activeDeadlineSeconds`]: 60 }),
  refused('a Job without a restart policy', job, { [`${pod}.restartPolicy`]: undefined }),
  refused('a Job that always restarts its pods', job, { [`${pod}.restartPolicy`]: 'Always' }),
  refused('a CronJob that always restarts its pods', cronJob, {
    'spec.jobTemplate.spec.template.spec.restartPolicy': 'Always',
  }),
  refused(
    'a strategy Recreate with a rolling update',
    deployment,
    {
      'spec.strategy': { type: 'Recreate', rollingUpdate: { maxSurge: 1 } },
    },
    'spec.strategy.rollingUpdate',
  ),
  refused(
    'a strategy that there is not',
    deployment,
    { 'spec.strategy': { type: 'Rolling' } },
    'spec.strategy.type',
  ),
  refused(
    'a rolling update that may replace no pod',
    deployment,
    {
      'spec.strategy': { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
    },
    'spec.strategy.rollingUpdate',
  ),
  refused(
    'a rolling update without more than all pods',
    deployment,
    {
      'spec.strategy': { rollingUpdate: { maxUnavailable: '150%' } },
    },
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  refused(
    'a share without a percent sign',
    deployment,
    {
      'spec.strategy': { rollingUpdate: { maxUnavailable: '25' } },
    },
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  refused('a deadline that ends before a pod is ready', deployment, {
    'spec.progressDeadlineSeconds': 10,
    'spec.minReadySeconds': 10,
  }),
  refused(
    'a selector that misses the own pods',
    deployment,
    { 'spec.selector.matchLabels.app': 'other' },
    'spec.selector.matchLabels',
  ),
  refused('a Deployment that selects nothing', deployment, { 'spec.selector': {} }),
  refused(
    'a StatefulSet on deletion with a rolling update',
    statefulSet,
    {
      'spec.updateStrategy': { type: 'OnDelete', rollingUpdate: { partition: 1 } },
    },
    'spec.updateStrategy.rollingUpdate',
  ),
  refused(
    'a DaemonSet with more and fewer pods at once',
    daemonSet,
    {
      'spec.updateStrategy': { rollingUpdate: { maxSurge: 1 } },
    },
    'spec.updateStrategy.rollingUpdate.maxSurge',
  ),
  refused(
    'a claim of a StatefulSet that asks for no storage',
    changed(statefulSet, {
      'spec.volumeClaimTemplates': [{ metadata: { name: 'data' }, spec: claim['spec'] }],
      [`${main}.volumeMounts`]: [{ name: 'data', mountPath: '/data' }],
    }),
    { 'spec.volumeClaimTemplates.0.spec.resources': {} },
    'spec.volumeClaimTemplates.0.spec.resources.requests.storage',
  ),
  refused('fewer than no replicas', deployment, { 'spec.replicas': -1 }),
  refused('fewer than no retries', job, { 'spec.backoffLimit': -1 }),
  refused('a Job with a selector of its own', job, { 'spec.selector': { matchLabels: labels } }),
  refused(
    'a Job by index without a number',
    changed(job, { 'spec.parallelism': 2 }),
    {
      'spec.completionMode': 'Indexed',
    },
    'spec.completions',
  ),
  refused('retries by index of a Job without one', job, { 'spec.backoffLimitPerIndex': 1 }),
  refused('a schedule of six fields', cronJob, { 'spec.schedule': '0 */5 * * * *' }),
  refused('a schedule of a minute that there is not', cronJob, { 'spec.schedule': '60 * * * *' }),
  refused('a schedule of an eighth day', cronJob, { 'spec.schedule': '0 0 * * 7' }),
  refused('a schedule of a name that there is not', cronJob, { 'spec.schedule': '0 0 * * MON-FRY' }),
  refused('a schedule of a word that there is not', cronJob, { 'spec.schedule': '@every5m' }),
  refused('a schedule backwards', cronJob, { 'spec.schedule': '0 17-9 * * *' }),
  refused('a step of nothing', cronJob, { 'spec.schedule': '*/0 * * * *' }),
  refused('a schedule with a time zone', cronJob, { 'spec.schedule': 'TZ=Europe/Berlin 0 6 * * *' }),
  refused('a time zone that there is not', cronJob, { 'spec.timeZone': 'Europe/Berlyn' }),
  refused('a policy for concurrency that there is not', cronJob, { 'spec.concurrencyPolicy': 'Forbidden' }),

  // Budgets and autoscalers
  refused('a budget with both bounds', budget, { 'spec.minAvailable': 1 }, 'spec'),
  refused('a budget of more than all', budget, { 'spec.maxUnavailable': '101%' }),
  refused(
    'an autoscaler whose least is more than its most',
    autoscaler,
    { 'spec.minReplicas': 5 },
    'spec.maxReplicas',
  ),
  refused('an autoscaler down to nothing', autoscaler, { 'spec.minReplicas': 0 }),
  refused(
    'a metric of another type than its source',
    autoscaler,
    { 'spec.metrics.0.type': 'Pods' },
    'spec.metrics.0',
  ),
  refused('a metric type that there is not', autoscaler, { 'spec.metrics.0.type': 'CPU' }),
  refused(
    'a share of nothing',
    autoscaler,
    { 'spec.metrics.0.resource.target': { type: 'Utilization' } },
    'spec.metrics.0.resource.target',
  ),
  refused(
    'a target by share and by amount',
    autoscaler,
    { 'spec.metrics.0.resource.target.averageValue': '100m' },
    'spec.metrics.0.resource.target',
  ),
  refused('a behaviour without a policy', autoscaler, { 'spec.behavior.scaleDown.policies': [] }),
  refused('a behaviour of more than an hour', autoscaler, {
    'spec.behavior.scaleDown.stabilizationWindowSeconds': 3601,
  }),

  // Services
  refused('a Service without ports', service, { 'spec.ports': undefined }),
  refused(
    'two ports without names',
    service,
    { 'spec.ports': [{ port: 80 }, { port: 81 }] },
    'spec.ports.0.name',
  ),
  refused(
    'two ports of a Service of one name',
    service,
    { 'spec.ports.1': { name: 'http', port: 81 } },
    'spec.ports.1.name',
  ),
  refused(
    'two ports of a Service of one number',
    service,
    { 'spec.ports.1': { name: 'other', port: 80 } },
    'spec.ports.1.port',
  ),
  refused('a target port with a capital letter', service, { 'spec.ports.0.targetPort': 'Http' }),
  refused('a type of Service that there is not', service, { 'spec.type': 'Loadbalancer' }),
  refused('a node port of a Service that has none', service, { 'spec.ports.0.nodePort': 30_080 }),
  refused('a headless Service with a node port', headless, { 'spec.type': 'NodePort' }),
  refused('an external name that is none', service, { 'spec.type': 'ExternalName' }, 'spec.externalName'),
  refused('a policy for outer traffic of an inner Service', service, {
    'spec.externalTrafficPolicy': 'Local',
  }),
  refused('source ranges of a Service that is no load balancer', service, {
    'spec.loadBalancerSourceRanges': ['10.0.0.0/8'],
  }),
  refused(
    'a source range that is no block',
    balancer,
    { 'spec.loadBalancerSourceRanges': ['10.0.0.1/33'] },
    'spec.loadBalancerSourceRanges.0',
  ),
  refused('a class of a Service that is no load balancer', service, {
    'spec.loadBalancerClass': 'example.org/fast',
  }),

  // Ingresses and policies
  refused('an Ingress without rules', ingress, { 'spec.rules': undefined }, 'spec'),
  refused(
    'a path without its type',
    ingress,
    { 'spec.rules.0.http.paths.0.pathType': undefined },
    'spec.rules.0.http.paths.0',
  ),
  refused('a path that is relative', ingress, { 'spec.rules.0.http.paths.0.path': 'shop' }),
  refused('a path that is none', ingress, { 'spec.rules.0.http.paths.0.path': undefined }),
  refused('a path with two slashes', ingress, { 'spec.rules.0.http.paths.0.path': '/shop//cart' }),
  refused('a backend without a port', ingress, {
    'spec.rules.0.http.paths.0.backend.service.port': undefined,
  }),
  refused(
    'a backend with two ports',
    ingress,
    { 'spec.rules.0.http.paths.0.backend.service.port.name': 'http' },
    'spec.rules.0.http.paths.0.backend.service.port',
  ),
  refused('a backend that is nothing', ingress, { 'spec.rules.0.http.paths.0.backend': {} }),
  refused('a host that is an address', ingress, { 'spec.rules.0.host': '10.0.0.1' }),
  refused('a host with a port', ingress, { 'spec.rules.0.host': 'shop.example.org:8080' }),
  refused('a star within a host', ingress, { 'spec.rules.0.host': 'shop.*.org' }),
  refused(
    'two classes that differ',
    ingress,
    { 'metadata.annotations': { 'kubernetes.io/ingress.class': 'traefik' } },
    'metadata.annotations.kubernetes.io/ingress.class',
  ),
  refused(
    'a peer with a block and a selector',
    policy,
    { 'spec.ingress.0.from.0.podSelector': {} },
    'spec.ingress.0.from.0',
  ),
  refused('a peer that is nothing', policy, { 'spec.ingress.0.from.0': {} }),
  refused('a range of ports that ends before it begins', policy, { 'spec.ingress.0.ports.0.endPort': 80 }),
  refused(
    'a range of ports that begins with a name',
    policy,
    { 'spec.ingress.0.ports.0.port': 'http' },
    'spec.ingress.0.ports.0.endPort',
  ),
  refused(
    'an exception outside of its block',
    policy,
    { 'spec.ingress.0.from.0.ipBlock.except': ['192.168.0.0/16'] },
    'spec.ingress.0.from.0.ipBlock.except.0',
  ),
  refused('a type of policy that there is not', policy, { 'spec.policyTypes.0': 'Inbound' }),

  // Storage
  refused(
    'a claim without storage',
    claim,
    { 'spec.resources.requests': {} },
    'spec.resources.requests.storage',
  ),
  refused('a claim of no storage', claim, { 'spec.resources.requests.storage': '0' }),
  refused('a quantity with another unit', claim, { 'spec.resources.requests.storage': '1GB' }),
  refused('a claim without a mode', claim, { 'spec.accessModes': [] }),
  refused('a mode that there is not', claim, { 'spec.accessModes.0': 'ReadWriteMore' }),
  refused('a claim for one pod and for many', claim, {
    'spec.accessModes': ['ReadWriteOncePod', 'ReadWriteMany'],
  }),
  refused(
    'a volume of a cluster with two sources',
    volume,
    { 'spec.nfs': { server: 'nfs', path: '/' } },
    'spec',
  ),
  refused('a volume of a cluster with no source', volume, { 'spec.hostPath': undefined }, 'spec'),
  refused('a capacity with another unit', volume, { 'spec.capacity.storage': '1 Gi' }),
  refused('a reclaim policy that there is not', storageClass, { reclaimPolicy: 'Keep' }),

  // ConfigMaps and Secrets
  refused('a key with a space', configMap, { 'data[a b]': 'c' }),
  refused(
    'a key in data and in binaryData',
    configMap,
    { binaryData: { color: 'cmVk' } },
    'binaryData.color',
  ),
  refused(
    'a Secret for TLS without its key',
    secret('kubernetes.io/tls', { 'tls.crt': 'a', 'tls.key': 'b' }),
    { 'stringData[tls.key]': undefined },
  ),
  refused(
    'a Secret for a registry without its file',
    secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '{}' }),
    { 'stringData[.dockerconfigjson]': undefined },
  ),
  refused(
    'a Secret for a registry that is no JSON',
    secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '{}' }),
    { 'stringData[.dockerconfigjson]': '{' },
  ),
  refused('a Secret for SSH without its key', secret('kubernetes.io/ssh-auth', { 'ssh-privatekey': 'a' }), {
    'stringData[ssh-privatekey]': undefined,
  }),
  refused(
    'a Secret for a password without one',
    secret('kubernetes.io/basic-auth', { password: 'a' }),
    { 'stringData.password': undefined },
    'stringData.username',
  ),

  // Rights
  refused('a subject of a ClusterRoleBinding without a namespace', clusterBinding, {
    'subjects.0.namespace': undefined,
  }),
  refused('a ClusterRoleBinding to a Role', clusterBinding, { 'roleRef.kind': 'Role' }),
  refused('a binding to another kind', binding, { 'roleRef.kind': 'Account' }),
  refused('a binding to another group', binding, { 'roleRef.apiGroup': 'apps' }),
  refused('a subject of another kind', binding, { 'subjects.0.kind': 'Serviceaccount' }),
  refused(
    'a user without its group',
    binding,
    { 'subjects.0': { kind: 'User', name: 'ada', apiGroup: 'v1' } },
    'subjects.0.apiGroup',
  ),
  refused('a rule without verbs', role, { 'rules.0.verbs': [] }),
  refused('a rule without groups', role, { 'rules.0.apiGroups': undefined }),
  refused('a rule without resources', role, { 'rules.0.resources': undefined }),
  refused(
    'a Role for a URL',
    role,
    { 'rules.0': { nonResourceURLs: ['/metrics'], verbs: ['get'] } },
    'rules.0.nonResourceURLs',
  ),
  refused('a rule for resources and URLs', clusterRole, { 'rules.0.nonResourceURLs': ['/metrics'] }),
  refused('a priority of the system', priority, { value: 1_000_000_001 }),
  refused('a definition that is not called like what it defines', definition, {
    'metadata.name': 'widget.example.org',
  }),
];
