import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { operatorVariables } from '../../../operator/env.ts';
import { operatorName } from '../../../operator/manifests/names.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import type { StackResource } from '../../../operator/reconcile/resource.ts';
import { runOperator } from '../../../operator/run.ts';
import { parseEnv } from '../../../model/env.ts';
import { rotateAnnotation } from '../../../model/names.ts';
import { at } from '../../charts-ts/rendered.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import { chatStackIn, startWithChatStacks, until, userOf, type User } from './lab.ts';
import { accountOf, rulesOf, type Rule } from './own-account.ts';
import { ReportingProcess } from './reporting-process.ts';
import { claimIn, formerOf, growing, patchStatus, podOf, stuckPodIn } from './rights-walk.ts';

const lab = forSuite(startWithChatStacks);

/** A right that is taken away. */
interface Right {
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
}

const rules = rulesOf(operatorManifests([chatKind], { namespace: 'x' }));
const rights: readonly Right[] = rules.flatMap(({ apiGroups: [apiGroup = ''], resources, verbs }) =>
  resources.flatMap((resource) => verbs.map((verb) => ({ verb, apiGroup, resource }))),
);

/** The rules without one right. */
const rulesWithout = ({ verb, apiGroup, resource }: Right): Rule[] =>
  rules.flatMap(({ resources, verbs, ...rule }) =>
    resources.flatMap((one) => {
      const isIt = one === resource && rule.apiGroups.includes(apiGroup);
      const left = isIt ? verbs.filter((other) => other !== verb) : verbs;
      return left.length > 0 ? [{ ...rule, resources: [one], verbs: left }] : [];
    }),
  );

const namespaceOf = ({ verb, resource }: Right): string => `no-${verb}-${resource.replace('/', '-')}`;

const role = 'a-role';
const subject = (namespace: string): object => ({ kind: 'ServiceAccount', name: operatorName, namespace });

/** A namespace in which an account has these rights. */
async function namespaceWith(
  user: User,
  name: string,
  account: string,
  given: readonly Rule[],
): Promise<void> {
  await lab().createNamespace(name);
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: role, namespace: name } };
  await user.apply({ ...rbac, kind: 'Role', rules: given });
  await user.apply({
    ...{ ...rbac, kind: 'RoleBinding', subjects: [subject(account)] },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
  });
}

/** The whole operator as one account. Answers what it says at /readyz. */
async function started(
  namespace: string,
  env: Readonly<Record<string, string>> = {},
): Promise<() => Promise<string>> {
  await lab().request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
    ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: operatorName } },
  });
  const { kubeconfigPath } = await accountOf(lab(), namespace, operatorName);
  const port = await freePort();
  const read = parseEnv(operatorVariables, { ...env, POD_NAMESPACE: namespace, OPERATOR_PORT: String(port) });
  if (!read.ok) throw new Error('The environment is bad.');
  const stopping = new AbortController();
  const running = runOperator(
    {
      ...{ kinds: [chatKind], env: read.env, cluster: { kubeconfig: kubeconfigPath } },
      log: pino({ level: 'silent' }),
    },
    stopping.signal,
  );
  onTestFinished(async () => {
    stopping.abort();
    await running;
  });
  return async () => (await fetch(`http://${LOOPBACK}:${port}/readyz`)).text();
}

/** As the API server words it. */
const isNamed = (text: string, { verb, resource }: Right, namespace: string): boolean =>
  text.includes(`cannot ${verb} resource "${resource}"`) && text.includes(`in the namespace "${namespace}"`);

const spec = {
  backend: { autoscaling: { enabled: true } },
  ingress: { host: 'chat.example.com' },
  neo4j: { external: { host: 'neo4j.example.com' } },
  qdrant: { external: { host: 'qdrant.example.com' } },
  redis: { storage: { storageClass: 'growing' } },
};
const changed = {
  ...spec,
  deletionPolicy: 'Delete',
  redis: { storage: { ...spec.redis.storage, size: '3Gi' } },
};

/** What no condition can tell: that a status, the gates of pods or Events cannot be written. All else is in one. */
const isOfProcess = ({ verb, resource }: Right): boolean =>
  resource === 'events' || resource.endsWith('/status') || (resource === 'pods' && verb === 'get');

const isOfWatch = ({ verb, resource }: Right): boolean =>
  verb === 'list' || verb === 'watch' || resource === 'leases';

test('each right without which nothing can begin is named at /readyz', async () => {
  const user = userOf(lab());
  const lacking = rights.filter(isOfWatch);
  const named = await Promise.all(
    lacking.map(async (right) => {
      const namespace = namespaceOf(right);
      await namespaceWith(user, namespace, namespace, rulesWithout(right));
      const readyz = await started(namespace, { WATCH_NAMESPACE: namespace });
      // A Lease is renewed where it is there already.
      await until(`/readyz to name ${right.verb} ${right.resource}`, async () =>
        isNamed(await readyz(), right, namespace),
      );
    }),
  );
  expect(named).toHaveLength(lacking.length);
});

test('each other right that is missing is named in a condition of its stack, and no other stack is kept waiting', async () => {
  const user = userOf(lab());
  const everywhere = rules.flatMap(({ verbs, ...rule }) => {
    const some = verbs.filter((verb) => verb === 'list' || verb === 'watch');
    return some.length > 0 ? [{ ...rule, verbs: some }] : [];
  });
  await lab().createNamespace('lacking');
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'lacking' } };
  await user.apply({ ...rbac, kind: 'ClusterRole', rules: everywhere });
  await user.apply({
    ...{ ...rbac, kind: 'ClusterRoleBinding', subjects: [subject('lacking')] },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lacking' },
  });
  await namespaceWith(user, 'lacks-nothing', 'lacking', rules);
  await user.apply({
    ...{ ...rbac, kind: 'RoleBinding', subjects: [subject('lacking')] },
    metadata: { name: role, namespace: 'lacking' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
  });
  await user.apply({ ...rbac, kind: 'Role', metadata: { name: role, namespace: 'lacking' }, rules });
  await user.apply(growing);
  const readyz = await started('lacking');
  const healthy = (generation: string): Promise<void> =>
    until(`the ${generation} document of a stack that lacks nothing`, () => user.isObserved('lacks-nothing'));
  await user.apply(chatStackIn('lacks-nothing', spec));
  await healthy('first');
  const models = await ownedObjects(user.cluster, { name: 'talk', namespace: 'lacks-nothing' });

  const open = new Set(rights.filter((right) => !isOfWatch(right)));
  const namespaces = new Map([...open].map((right) => [right, namespaceOf(right)]));
  for (const [right, namespace] of namespaces)
    await namespaceWith(user, namespace, 'lacking', rulesWithout(right));
  const look = async (): Promise<void> => {
    const text = await readyz();
    const { json } = await lab().request('GET', `/apis/${chatKind.apiVersion}/${chatKind.plural}`);
    const resources = at(json, 'items') as StackResource[];
    for (const right of open) {
      const namespace = namespaceOf(right);
      const resource = resources.find(({ metadata }) => metadata.namespace === namespace);
      const conditions = (resource?.status?.conditions ?? []).map(({ message }) => message);
      const said = isOfProcess(right) ? text : conditions.join('\n');
      if (isNamed(said, right, namespace)) open.delete(right);
    }
  };
  const settled = (generation: number): Promise<void> =>
    until(`document ${generation} to be looked at`, async () => {
      await look();
      const { json } = await lab().request('GET', `/apis/${chatKind.apiVersion}/${chatKind.plural}`);
      const seen = (at(json, 'items') as StackResource[])
        .filter(({ status }) => (status?.observedGeneration ?? 0) >= generation)
        .map(({ metadata }) => metadata.namespace);
      return [...open].every((right) => seen.includes(namespaceOf(right)));
    });

  await Promise.all([...namespaces.values()].map((namespace) => user.apply(chatStackIn(namespace, spec))));
  await settled(1);
  await Promise.all([...open].map((right) => trigger(user, right, models)));
  await until('every right to be named', async () => {
    await look();
    if (open.size > 0)
      throw new Error([...open].map(({ verb, resource }) => `${verb} ${resource}`).join(', '));
    return true;
  });
  await user.apply(chatStackIn('lacks-nothing', { ...spec, backend: {} }));
  await healthy('second');
});

/** Has the operator use a right that creating a stack does not use. */
async function trigger(user: User, { verb, resource }: Right, models: readonly KubeObject[]): Promise<void> {
  const namespace = namespaceOf({ verb, resource, apiGroup: '' });
  if (resource === 'secrets') {
    await user.apply({
      ...chatStackIn(namespace, spec),
      metadata: { name: 'talk', namespace, annotations: { [rotateAnnotation]: 'now' } },
    });
  } else if (verb === 'delete' && resource === 'pods') {
    await stuckPodIn({ user, namespace });
  } else if (verb === 'delete') {
    const kind = models.find((model) => `${model.kind.toLowerCase()}s`.startsWith(resource.slice(0, -3)));
    const stack = await user.resource(namespace);
    const { metadata, ...former } = formerOf(kind as KubeObject);
    const owners = (metadata.ownerReferences ?? []).map((owner) => ({
      ...owner,
      uid: stack?.metadata.uid ?? '',
    }));
    await user.apply({
      ...former,
      metadata: { ...metadata, namespace, ownerReferences: owners },
    });
  } else if (resource === 'events') {
    const service = (await user.read('v1', 'Service', namespace, 'talk-redis')) as KubeObject;
    await user.patch(service, [{ op: 'replace', path: '/spec/ports/0/port', value: 6380 }]);
  } else if (resource.startsWith('pods')) {
    const process = await ReportingProcess.start('sha-1');
    onTestFinished(() => process.down());
    const pod = podOf(namespace, process.port);
    await user.apply(pod);
    await patchStatus({ user }, pod, { phase: 'Running', podIP: LOOPBACK, podIPs: [{ ip: LOOPBACK }] });
    // A condition that is written meanwhile meets a conflict, and the pod is read.
    for (let change = 0; change < 200; change++)
      await patchStatus({ user }, pod, { message: `change ${change}` });
  } else {
    await user.apply(claimIn(namespace));
    await patchStatus({ user }, claimIn(namespace), { phase: 'Bound', capacity: { storage: '1Gi' } });
    await user.apply(chatStackIn(namespace, changed));
  }
}
