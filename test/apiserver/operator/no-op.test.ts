import { expect, test } from 'vitest';
import type { KubeObject } from '../../../kube/objects.ts';
import { applyObject } from '../../../kube/server-side-apply.ts';
import { at } from '../../charts-ts/rendered.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { chatStackIn, conditionOf, startOperator, startWithChatStacks, until, userOf } from './lab.ts';

/** Mutating admission policies are not served by default in this version. */
const flags = [
  '--feature-gates=MutatingAdmissionPolicy=true',
  '--runtime-config=admissionregistration.k8s.io/v1beta1=true',
];
const lab = forSuite(() => startWithChatStacks({ audit: true, flags }));

/** A policy and its binding; it applies to what the rules match, unless it has been there already. */
function policy(name: string, apiGroups: string[], resources: string[], spec: object): KubeObject[] {
  const apiVersion = 'admissionregistration.k8s.io/v1beta1';
  const resourceRules = [{ apiGroups, apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources }];
  return [
    {
      ...{ apiVersion, kind: 'MutatingAdmissionPolicy', metadata: { name } },
      spec: {
        matchConstraints: { resourceRules },
        ...{ failurePolicy: 'Fail', reinvocationPolicy: 'Never', ...spec },
      },
    },
    {
      ...{ apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name } },
      spec: { policyName: name },
    },
  ];
}

const applying = (expression: string): object => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});

/** Adds to every object, adds to pods, and changes what is rendered: a mirror of the images, as many clusters have. */
const policies = [
  ...policy(
    'labels',
    ['', 'apps', 'autoscaling', 'networking.k8s.io', 'policy'],
    [
      ...['configmaps', 'serviceaccounts', 'services', 'deployments', 'statefulsets'],
      ...['horizontalpodautoscalers', 'ingresses', 'networkpolicies', 'poddisruptionbudgets'],
    ],
    { mutations: [applying('Object{ metadata: Object.metadata{ labels: {"example.com/cost": "chat"} } }')] },
  ),
  ...policy('pods', ['apps'], ['deployments', 'statefulsets'], {
    mutations: [
      applying(`Object{ spec: Object.spec{ template: Object.spec.template{
        metadata: Object.spec.template.metadata{ annotations: {"example.com/injected": "yes"} },
        spec: Object.spec.template.spec{ containers: [
          Object.spec.template.spec.containers{
            name: object.spec.template.spec.containers[0].name,
            env: [Object.spec.template.spec.containers.env{ name: "HTTP_PROXY", value: "proxy.example.com" }]
          },
          Object.spec.template.spec.containers{ name: "proxy", image: "proxy:1" }
        ] } } } }`),
    ],
  }),
  ...policy('mirror', ['apps'], ['deployments', 'statefulsets'], {
    matchConditions: [
      {
        name: 'elsewhere',
        expression: '!object.spec.template.spec.containers[0].image.startsWith("mirror.example.com/")',
      },
    ],
    mutations: [
      {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression: `[JSONPatch{ op: "replace", path: "/spec/template/spec/containers/0/image",
            value: "mirror.example.com/" + object.spec.template.spec.containers[0].image }]`,
        },
      },
    ],
  }),
];

const namespace = 'mutated';
const names = ['one', 'two', 'three', 'four'];
const spec = {
  neo4j: { external: { host: 'neo4j.example.com' } },
  qdrant: { external: { host: 'qdrant.example.com' } },
};
const reconciles = 1_000;

const probe: KubeObject = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'probe', namespace } },
  spec: {
    selector: { matchLabels: { app: 'probe' } },
    template: {
      metadata: { labels: { app: 'probe' } },
      spec: { containers: [{ name: 'probe', image: 'probe:1' }] },
    },
  },
};

const scalerOf = (name: string): KubeObject => ({
  ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  metadata: { name: `theirs-${name}`, namespace },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `${name}-backend` },
    ...{ minReplicas: 1, maxReplicas: 9 },
  },
});

test(`${reconciles} reconciles with defaults, others' autoscalers and mutating admission write and report nothing`, async () => {
  const user = userOf(lab());
  await lab().createNamespace(namespace);
  for (const object of policies) await user.apply(object);
  // Each takes effect for itself.
  await until('every policy to be in force', async () => {
    const made = await applyObject(user.cluster, probe, { dryRun: true, force: true });
    const text = JSON.stringify(made);
    return ['example.com/cost', 'example.com/injected', 'mirror.example.com/'].every((one) =>
      text.includes(one),
    );
  });
  const since = await writesOf();
  const backend = (name: string) => user.read('apps/v1', 'Deployment', namespace, `${name}-backend`);
  const imageOf = async (name: string): Promise<unknown> =>
    at(await backend(name), 'spec.template.spec.containers.0.image');

  // A resync compares every object with the API server itself; of those this one is read by nothing else.
  let comparisons = 0;
  const operator = await startOperator(lab(), {
    ...{ namespace, resyncMs: 100 },
    intercept: (method, path, send) => {
      if (method === 'GET' && path.endsWith('/deployments/one-backend')) comparisons++;
      return send();
    },
  });
  for (const name of names) {
    await user.apply(scalerOf(name));
    await user.apply(chatStackIn(namespace, spec, name));
  }
  for (const name of names) {
    await until(`${name} to be applied`, () => user.isObserved(namespace, name));
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}-backend/scale`;
    await user.cluster.api.request('PATCH', path, {
      query: { fieldManager: 'kube-controller-manager' },
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas: 4 } },
    });
  }
  expect(await imageOf('one')).toMatch(/^mirror\.example\.com\//);
  expect((await writesOf()).length).toBeGreaterThan(since.length);
  const reconciled = async (times: number, compared: number): Promise<void> => {
    const enough = operator.ended() + times;
    comparisons = 0;
    await until(`${times} reconciles`, () => {
      for (let turn = 0; turn < 10; turn++)
        setImmediate(() => names.forEach((name) => operator.enqueue(namespace, name)));
      return Promise.resolve(operator.ended() >= enough && comparisons >= compared);
    });
  };
  // What a dry run has found is known after that.
  await reconciled(50, 3);

  const [writes, noted] = [operator.writes.length, (await writesOf()).length];
  await reconciled(reconciles, 10);
  expect(operator.writes.slice(writes)).toEqual([]);
  expect((await writesOf()).slice(noted)).toEqual([]);
  expect(operator.errors).toEqual([]);
  for (const name of names) {
    const resource = await user.resource(namespace, name);
    expect(resource?.status?.lastDrift).toBeUndefined();
    expect(conditionOf(resource, 'Drifted')).toBe('False AsRendered');
    expect(conditionOf(resource, 'Degraded')).toBe('False AsRendered');
    expect(at(await backend(name), 'spec.replicas')).toBe(4);
  }

  // It sees an edit as ever, and puts back that one field.
  await user.patch((await backend('one')) as KubeObject, [
    { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'theirs:1' },
  ]);
  await until('the image to be put back', async () => !/theirs/.test(String(await imageOf('one'))));
  await until('the drift to be reported', async () => {
    const { lastDrift } = (await user.resource(namespace, 'one'))?.status ?? {};
    return lastDrift?.field === 'spec.template.spec.containers[backend].image';
  });
  expect(await imageOf('one')).toMatch(/^mirror\.example\.com\//);
  expect(at(await backend('one'), 'spec.replicas')).toBe(4);
  await operator.stop();

  // Another process asks in dry runs what this one knew, and writes nothing either.
  const before = (await writesOf()).length;
  const next = await startOperator(lab(), { namespace });
  await until('a look at every stack', () => Promise.resolve(next.ended() >= names.length));
  await next.stop();
  expect((await writesOf()).slice(before)).toEqual([]);
});

/** What operators have changed, by the audit log. */
async function writesOf(): Promise<string[]> {
  return (await lab().audit())
    .filter(
      ({ verb, requestURI }) =>
        !['get', 'list', 'watch'].includes(verb) &&
        requestURI.includes('fieldManager=mooring-operator') &&
        !requestURI.includes('dryRun='),
    )
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}
