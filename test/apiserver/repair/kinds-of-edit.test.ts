import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError } from '../../../kube/cluster-error.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { execute, obstaclesOf } from '../../../deploy/execute.ts';
import { nameOf, type KubeObject } from '../../../kube/objects.ts';
import { planOf } from '../../../deploy/plan.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { contentOf, rendered, startLab, type Pair } from './lab.ts';

const lab = forSuite(startLab);
let pairs: Pair[];
beforeAll(async () => {
  pairs = await lab().applied('chat', { backend: { autoscaling: { enabled: false } } });
});

function pairOf(name: string): Pair {
  const found = pairs.find(({ desired }) => nameOf(desired) === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
}

/** How a person's patch is written: what `kubectl edit` and `kubectl patch` send, or a JSON patch. */
const strategic = 'application/strategic-merge-patch+json';
const json = 'application/json-patch+json';

const patch = async (object: KubeObject, contentType: string, body: unknown, manager = 'kubectl-edit') =>
  lab().cluster.api.request('PATCH', await lab().cluster.discovery.pathOf(object), {
    query: { fieldManager: manager },
    contentType,
    body,
  });

const inPod = (spec: object): object => ({ spec: { template: { spec } } });
const inBackend = (container: object): object => inPod({ containers: [{ name: 'backend', ...container }] });
const podSpec = 'spec.template.spec';
const backend = `${podSpec}.containers[backend]`;

const redis = 'Service demo-redis';
const app = 'Deployment demo-backend';
const ingress = 'NetworkPolicy demo-backend-to-redis-redis-ingress';
const egress = 'NetworkPolicy demo-backend-to-redis-redis-egress';
const files = 'ConfigMap demo-redis-files';
const replace = (path: string, value: unknown): object[] => [{ op: 'replace', path, value }];
const remove = (path: string): object[] => [{ op: 'remove', path }];

/** What is edited, in which object, how, and a path that the plan has to name. */
const edits: readonly (readonly [what: string, object: string, body: object, path: string])[] = [
  ["a Service's port", redis, replace('/spec/ports/0/port', 6380), 'spec.ports[redis].port'],
  ["a Service's protocol", redis, replace('/spec/ports/0/protocol', 'UDP'), 'spec.ports[redis].protocol'],
  [
    "a Service's targetPort",
    redis,
    replace('/spec/ports/0/targetPort', 6380),
    'spec.ports[redis].targetPort',
  ],
  ["the name of a Service's port", redis, replace('/spec/ports/0/name', 'cache'), 'spec.ports[cache]'],
  ['a port more', redis, { spec: { ports: [{ name: 'more', port: 1 }] } }, 'spec.ports[more]'],
  ["a Service's selector", redis, { spec: { selector: { tier: 'x' } } }, 'spec.selector.tier'],
  ["a Service's type", redis, { spec: { type: 'NodePort' } }, 'spec.type'],
  [
    "a variable's name",
    app,
    replace('/spec/template/spec/containers/0/env/0/name', 'NEO4J_PASS'),
    `${backend}.env[NEO4J_PASS]`,
  ],
  [
    'a variable more',
    app,
    inBackend({ env: [{ name: 'REDIS_PORT', value: '6380' }] }),
    `${backend}.env[REDIS_PORT]`,
  ],
  [
    'a variable twice',
    app,
    [
      {
        op: 'add',
        path: '/spec/template/spec/containers/0/env/-',
        value: { name: 'NEO4J_PASSWORD', value: 'x' },
      },
    ],
    `${backend}.env`,
  ],
  [
    'a variable from elsewhere, where it had a value',
    'StatefulSet demo-neo4j',
    inPod({
      containers: [
        {
          name: 'neo4j',
          env: [{ name: 'NEO4J_AUTH', value: null, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
    }),
    `${podSpec}.containers[neo4j].env[NEO4J_AUTH].valueFrom`,
  ],
  [
    'a variable with a value, where it came from a Secret',
    app,
    inBackend({ env: [{ name: 'REDIS_PASSWORD', value: 'hunter2', valueFrom: null }] }),
    `${backend}.env[REDIS_PASSWORD].value`,
  ],
  [
    'the order of variables',
    app,
    [
      {
        op: 'move',
        from: '/spec/template/spec/containers/0/env/2',
        path: '/spec/template/spec/containers/0/env/0',
      },
    ],
    `${backend}.env`,
  ],
  [
    'a container more',
    app,
    inPod({ containers: [{ name: 'sidecar', image: 'a:1' }] }),
    `${podSpec}.containers[sidecar]`,
  ],
  [
    'an init container more',
    app,
    inPod({ initContainers: [{ name: 'first', image: 'a:1' }] }),
    `${podSpec}.initContainers`,
  ],
  [
    "a mount's path",
    app,
    replace('/spec/template/spec/containers/0/volumeMounts/0/mountPath', '/var/tmp'),
    `${backend}.volumeMounts[tmp].mountPath`,
  ],
  [
    'a mount and a volume more',
    app,
    inPod({
      volumes: [{ name: 'more', emptyDir: {} }],
      containers: [{ name: 'backend', volumeMounts: [{ name: 'more', mountPath: '/more' }] }],
    }),
    `${backend}.volumeMounts[more]`,
  ],
  [
    "a volume's type",
    app,
    inPod({ volumes: [{ name: 'tmp', emptyDir: null, hostPath: { path: '/tmp' } }] }),
    `${podSpec}.volumes[tmp].hostPath`,
  ],
  [
    'a probe of another type',
    app,
    inBackend({ livenessProbe: { httpGet: null, tcpSocket: { port: 'http' } } }),
    `${backend}.livenessProbe.tcpSocket`,
  ],
  ['a probe less', app, inBackend({ readinessProbe: null }), `${backend}.readinessProbe`],
  ['hostNetwork', app, inPod({ hostNetwork: true }), `${podSpec}.hostNetwork`],
  [
    'a default',
    app,
    inPod({ terminationGracePeriodSeconds: 5, dnsPolicy: 'Default' }),
    `${podSpec}.dnsPolicy`,
  ],
  ['the image, command and args', app, inBackend({ image: 'a:1', command: ['sh'] }), `${backend}.image`],
  [
    'resources',
    app,
    inBackend({ resources: { limits: { memory: '1Gi', cpu: '2' } } }),
    `${backend}.resources.limits.cpu`,
  ],
  [
    'the securityContext',
    app,
    inBackend({ securityContext: { readOnlyRootFilesystem: false, privileged: null } }),
    `${backend}.securityContext.readOnlyRootFilesystem`,
  ],
  [
    "a template's annotation and label",
    app,
    { spec: { template: { metadata: { annotations: { a: 'b' }, labels: { c: 'd' } } } } },
    'spec.template.metadata.annotations.a',
  ],
  ['where pods may run', app, inPod({ nodeSelector: { disk: 'ssd' } }), `${podSpec}.nodeSelector`],
  [
    'the strategy',
    app,
    { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } },
    'spec.strategy.type',
  ],
  ['replicas', app, { spec: { replicas: 7 } }, 'spec.replicas'],
  [
    "a ConfigMap's value",
    files,
    { data: { 'etc_redis_redis.conf': 'port 6380\n' } },
    'data[etc_redis_redis.conf]',
  ],
  ['a key of a ConfigMap more', files, { data: { more: 'x' } }, 'data.more'],
  ['a binary key of a ConfigMap more', files, { binaryData: { more: 'eA==' } }, 'binaryData'],
  ['a policy for everybody', ingress, remove('/spec/ingress/0/from'), 'spec.ingress'],
  ['a policy for every port', ingress, remove('/spec/ingress/0/ports'), 'spec.ingress'],
  [
    'a policy with another peer',
    egress,
    replace('/spec/egress/0/to/0', { ipBlock: { cidr: '0.0.0.0/0' } }),
    'spec.egress',
  ],
  ['a policy without a rule', ingress, { spec: { ingress: [] } }, 'spec.ingress'],
  [
    'a disruption budget of the other kind',
    'PodDisruptionBudget demo-backend',
    { spec: { maxUnavailable: null, minAvailable: 2 } },
    'spec.minAvailable',
  ],
];

describe('an edit is shown with field, values and manager, refused without force, and taken back by force:', () => {
  test.each(edits)('%s (%s)', async (_, name, body, path) => {
    const { desired, original } = pairOf(name);
    await patch(desired, Array.isArray(body) ? json : strategic, body);
    await isShownAndTakenBack(desired, original, { path, manager: 'kubectl-edit' });
  });

  test('what another tool applied server-side, by force', async () => {
    const { desired, original } = pairOf(app);
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: desired.metadata };
    const query = { fieldManager: 'another-tool', force: 'true' };
    await lab().cluster.api.request('PATCH', await lab().cluster.discovery.pathOf(desired), {
      query,
      contentType: 'application/apply-patch+yaml',
      body: { ...body, ...inBackend({ image: 'a:1', env: [{ name: 'MORE', value: 'x' }] }) },
    });
    await isShownAndTakenBack(desired, original, { path: `${backend}.env[MORE]`, manager: 'another-tool' });
  });

  test('replicas, by kubectl scale', async () => {
    const { desired, original } = pairOf(app);
    await lab().server.kubectl(['-n', 'chat', 'scale', 'deployment/demo-backend', '--replicas=5']);
    await isShownAndTakenBack(desired, original, { path: 'spec.replicas', manager: 'kubectl' });
  });

  test('a ConfigMap without a key: who removed it is noted nowhere, and any apply brings it back', async () => {
    const { desired, original } = pairOf(files);
    await patch(desired, json, remove('/data'));
    const plan = await lab().planned(desired);
    expect(plan).toMatchObject({ changes: [{ path: 'data' }], contested: [] });
    await execute(lab().cluster, plan);
    await isAsBefore(desired, original);
  });

  test("an autoscaler's bounds", async () => {
    const autoscaled = { backend: { autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 3 } } };
    const scaled = await lab().applied('scaled', autoscaled);
    const pair = scaled.find(({ desired }) => desired.kind === 'HorizontalPodAutoscaler');
    if (!pair) throw new Error('There is no autoscaler.');
    await patch(pair.desired, strategic, { spec: { maxReplicas: 30 } });
    await isShownAndTakenBack(pair.desired, pair.original, {
      path: 'spec.maxReplicas',
      manager: 'kubectl-edit',
    });
  });
});

async function isShownAndTakenBack(
  desired: KubeObject,
  original: KubeObject,
  { path, manager }: { path: string; manager: string },
): Promise<void> {
  const plan = await lab().planned(desired);
  expect(plan.refused).toEqual([]);
  expect(plan.changes.map((change) => change.path)).toContain(path);
  expect(JSON.stringify(plan)).not.toContain('"from":"hunter2"');
  // The order of a list has no owner.
  if (plan.contested.length > 0) {
    expect(new Set(plan.contested.map((one) => one.manager))).toEqual(new Set([manager]));
    expect(obstaclesOf(plan, false)).not.toEqual([]);
  }
  await execute(lab().cluster, plan, { forceConflicts: true });
  await isAsBefore(desired, original);
}

async function isAsBefore(desired: KubeObject, original: KubeObject): Promise<void> {
  const after = await lab().planned(desired);
  expect(after.live && contentOf(after.live)).toEqual(contentOf(original));
  expect(after).toMatchObject({ changes: [], contested: [], refused: [] });
}

/** A cluster whose connection is lost before an apply. */
const lostBeforeApply = (): Cluster => ({
  ...lab().cluster,
  api: {
    ...lab().cluster.api,
    request: (method, path, request) => {
      if (request?.contentType === 'application/apply-patch+yaml')
        throw new ClusterError('CLUSTER_AWAY', 'The connection was lost.');
      return lab().cluster.api.request(method, path, request);
    },
  },
});

describe('a repair', () => {
  test('cut off after the fields were handed over is completed by the next apply, without force', async () => {
    const { desired, original } = pairOf(redis);
    await patch(desired, json, replace('/spec/ports/0/port', 6380));
    const plan = await lab().planned(desired);
    await expect(execute(lostBeforeApply(), plan, { forceConflicts: true })).rejects.toThrow(
      /connection was lost/,
    );
    const next = await lab().planned(desired);
    expect(next).toMatchObject({
      changes: [{ path: 'spec.ports[redis].port', from: 6380, to: 6379 }],
      contested: [],
    });
    await execute(lab().cluster, next);
    await isAsBefore(desired, original);
  });

  test('takes back what was written between its plan and its apply, too', async () => {
    const { desired, original } = pairOf(redis);
    await patch(desired, json, replace('/spec/ports/0/port', 6380));
    const plan = await lab().planned(desired);
    await patch(desired, json, replace('/spec/ports/0/port', 6381), 'another-tool');
    await execute(lab().cluster, plan, { forceConflicts: true });
    await isAsBefore(desired, original);
  });

  test('of an object whose managed fields were emptied takes one apply: the API server names an owner', async () => {
    const { desired, original } = pairOf(app);
    await patch(desired, strategic, inBackend({ env: [{ name: 'MORE', value: 'x' }] }));
    await patch(desired, json, replace('/metadata/managedFields', [{}]));
    const path = `${backend}.env[MORE]`;
    await isShownAndTakenBack(desired, original, { path, manager: 'before-first-apply' });
  });

  test.each(edits)('of %s (%s), whose owners were emptied, takes one apply', async (_, name, body, path) => {
    const { desired, original } = pairOf(name);
    await patch(desired, Array.isArray(body) ? json : strategic, body);
    await patch(desired, json, replace('/metadata/managedFields', [{}]));
    await isShownAndTakenBack(desired, original, { path, manager: 'before-first-apply' });
  });

  test('of an object that was not edited, whose owners were emptied, writes nothing but owners', async () => {
    const { desired, original } = pairOf(app);
    await patch(desired, json, replace('/metadata/managedFields', [{}]));
    const plan = await lab().planned(desired);
    expect(plan).toMatchObject({ changes: [], contested: [], refused: [] });
    await execute(lab().cluster, plan);
    await isAsBefore(desired, original);
  });

  test('that another Service stands in the way of, by a node port, says so and changes nothing', async () => {
    const exposed = await lab().applied('exposed', {
      backend: { nodePort: { enabled: true, port: 30_080 } },
    });
    const pair = exposed.find(({ desired }) => nameOf(desired) === 'Service demo-backend-page');
    if (!pair) throw new Error('There is no page Service.');
    await patch(pair.desired, json, replace('/spec/ports/0/nodePort', 30_081));
    const ports = [{ port: 80, nodePort: 30_080 }];
    const other = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { type: 'NodePort', ports },
    };
    await lab().cluster.api.request('POST', '/api/v1/namespaces/chat/services', { body: other });
    const plan = await lab().planned(pair.desired);
    expect(plan.refused).toEqual([
      'Service demo-backend-page: node port 30080/TCP belongs to Service web in namespace chat. Free it there, or write another into the document.',
    ]);
    expect(obstaclesOf(plan, true)).toEqual(plan.refused);
  });

  test('of a field that is fixed is refused with field, values and reason', async () => {
    const { desired } = pairOf('StatefulSet demo-redis');
    const spec = { ...(desired['spec'] as object), serviceName: 'another' };
    const plan = await lab().planned({ ...desired, spec });
    expect(plan.refused).toEqual([
      expect.stringContaining('spec.serviceName cannot change from "demo-redis-peers" to "another"'),
    ]);
  });
});

describe('no drift is', () => {
  const isNone = async (desired: KubeObject): Promise<void> =>
    expect(await lab().planned(desired)).toMatchObject({ changes: [], contested: [], refused: [] });

  test("others' labels and annotations, and they survive a repair", async () => {
    const { desired } = pairOf('Service demo-qdrant');
    const metadata = { labels: { team: 'a' }, annotations: { note: 'b' } };
    await patch(desired, strategic, { metadata });
    await isNone(desired);
    await patch(desired, json, replace('/spec/ports/0/port', 6380));
    await execute(lab().cluster, await lab().planned(desired), { forceConflicts: true });
    expect((await lab().planned(desired)).live).toMatchObject({ metadata });
    await isNone(desired);
  });

  test('a restart by kubectl, and a repair does not restart again', async () => {
    const { desired } = pairOf(app);
    await lab().server.kubectl(['-n', 'chat', 'rollout', 'restart', 'deployment/demo-backend']);
    await isNone(desired);
    await patch(desired, strategic, inPod({ hostNetwork: true }));
    await execute(lab().cluster, await lab().planned(desired), { forceConflicts: true });
    expect(JSON.stringify((await lab().planned(desired)).live?.['spec'])).toContain('restartedAt');
    await isNone(desired);
    await patch(desired, strategic, {
      spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': null } } } },
    });
  });

  test("the number of replicas under an autoscaler, of the stack's or of somebody else's", async () => {
    const { desired } = pairOf(app);
    await lab().server.kubectl(['-n', 'chat', 'autoscale', 'deployment/demo-backend', '--min=2', '--max=9']);
    await lab().server.kubectl(['-n', 'chat', 'scale', 'deployment/demo-backend', '--replicas=6']);
    await isNone(desired);
    await patch(desired, strategic, inPod({ hostNetwork: true }));
    await execute(lab().cluster, await lab().planned(desired), { forceConflicts: true });
    expect((await lab().planned(desired)).live).toMatchObject({ spec: { replicas: 6 } });
    await lab().server.kubectl(['-n', 'chat', 'delete', 'hpa', 'demo-backend']);
    expect((await lab().planned(desired)).changes).toEqual([{ path: 'spec.replicas', from: 6, to: 2 }]);
    await execute(lab().cluster, await lab().planned(desired), { forceConflicts: true });
  });

  test('what has no owner: a default that the API server filled in', async () => {
    const { desired, original } = pairOf(app);
    expect(original['spec']).toMatchObject({ progressDeadlineSeconds: 600 });
    await isNone(desired);
  });
});

/** Applies by `kubectl apply`, as a user of the rendered manifests does. */
const kubectlApply = async (object: KubeObject): Promise<void> => {
  const applied = await lab().server.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  expect(applied).toMatchObject({ code: 0 });
};

describe('what client-side kubectl apply wrote', () => {
  const stack = { backend: { autoscaling: { enabled: false } } };

  test('after us is an edit like any other', async () => {
    const { desired, original } = pairOf(files);
    await kubectlApply({ ...desired, data: { 'etc_redis_redis.conf': 'port 1\n', more: 'x' } });
    const plan = await lab().planned(desired);
    expect(plan.contested.map(({ manager, change }) => [manager, change.path])).toEqual([
      ['kubectl-client-side-apply', 'data[etc_redis_redis.conf]'],
      ['kubectl-client-side-apply', 'data.more'],
    ]);
    await expect(execute(lab().cluster, plan)).rejects.toThrow(/kubectl-client-side-apply/);
    await execute(lab().cluster, plan, { forceConflicts: true });
    const after = await lab().planned(desired);
    expect(after).toMatchObject({ changes: [], contested: [] });
    expect(after.live?.['data']).toEqual(original['data']);
  });

  test('before us is ours without force, also when the first apply was cut off', async () => {
    const objects = rendered('migrated', stack);
    for (const object of objects) await kubectlApply(object);
    const before = objects.find(({ kind }) => kind === 'Deployment');
    if (!before) throw new Error('There is no Deployment.');
    const spec = { ...(before['spec'] as object), replicas: 4 };
    const desired = { ...before, spec };
    const plan = await lab().planned(desired);
    expect(plan).toMatchObject({
      changes: [{ path: 'spec.replicas', from: 2, to: 4 }],
      contested: [],
      refused: [],
    });
    await expect(execute(lostBeforeApply(), plan)).rejects.toThrow(/connection was lost/);
    const next = await lab().planned(desired);
    expect(next).toMatchObject({ changes: [{ path: 'spec.replicas' }], contested: [] });
    await execute(lab().cluster, next);
    const done = await lab().planned(desired);
    expect(done).toMatchObject({ changes: [], contested: [] });
    expect(done.live?.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['mooring']);
  });
});

test('turning autoscaling on leaves the replicas that run', async () => {
  const before = { backend: { replicas: 3 } };
  await lab().applied('turning', before);
  const after = rendered('turning', {
    backend: { autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 5 } },
  });
  const versions: unknown[] = [];
  for (const plan of await planOf(lab().cluster, after)) {
    expect(plan.refused).toEqual([]);
    expect(plan.changes.map(({ path }) => path)).not.toContain('spec.replicas');
    await execute(lab().cluster, plan);
    if (plan.object.kind === 'Deployment') versions.push((await lab().planned(plan.object)).live?.['spec']);
  }
  expect(versions).toMatchObject([{ replicas: 3 }]);
  const again = await planOf(lab().cluster, after);
  expect(again.flatMap(({ changes }) => changes)).toEqual([]);
});

describe('turning autoscaling off', () => {
  const on = { backend: { autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 9 } } };

  async function apply(namespace: string, spec: object): Promise<void> {
    const [first, ...rest] = rendered(namespace, spec);
    if (first) await execute(lab().cluster, await lab().planned(first));
    for (const plan of await planOf(lab().cluster, rest)) {
      expect(plan).toMatchObject({ contested: [], refused: [] });
      await execute(lab().cluster, plan);
    }
  }

  /** Scales through the subresource, as the controller of autoscalers does. */
  async function scale(namespace: string, replicas: number): Promise<void> {
    const { api } = lab().cluster;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/demo-backend/scale`;
    const { json } = await api.request('GET', path);
    const query = { fieldManager: 'kube-controller-manager' };
    await api.request('PUT', path, { query, body: { ...(json as object), spec: { replicas } } });
  }

  const replicasIn = async (namespace: string): Promise<string> => {
    const name = ['-n', namespace, 'get', 'deployment', 'demo-backend'];
    return (await lab().server.kubectl([...name, '-o', 'jsonpath={.spec.replicas}'])).stdout;
  };

  test.each([
    { what: 'a number, which wins', namespace: 'off-one', before: [on], said: { replicas: 3 }, count: '3' },
    { what: "no number: the preset's wins", namespace: 'off-two', before: [on], said: {}, count: '2' },
    {
      what: 'a number, which wins, also where autoscaling was turned on later',
      namespace: 'off-three',
      before: [{ backend: { replicas: 4 } }, on],
      said: { replicas: 3 },
      count: '3',
    },
  ])('where the document says $what', async ({ namespace, before, said, count }) => {
    for (const spec of before) await apply(namespace, spec);
    await scale(namespace, 6);
    expect(await replicasIn(namespace)).toBe('6');
    const off = { backend: { ...said, autoscaling: { enabled: false } } };
    await apply(namespace, off);
    expect(await replicasIn(namespace)).toBe(count);
    await lab().server.kubectl(['-n', namespace, 'delete', 'hpa', 'demo-backend']);
    expect(await replicasIn(namespace)).toBe(count);
    const again = await planOf(lab().cluster, rendered(namespace, off));
    expect(again.flatMap(({ changes }) => changes)).toEqual([]);
  });
});
