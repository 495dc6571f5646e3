import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { forSuite } from '../servers/for-suite.ts';
import { startApiServer, type ApiServer } from '../servers/kubernetes/api-server.ts';

const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

/** Dry run, nothing forgiven: as the manifests are judged. */
const STRICT = '?dryRun=All&fieldValidation=Strict';

/** Any string with `text` in it, typed so that it fits anywhere. */
const containing = (text: string): unknown => expect.stringContaining(text);

const configMaps = '/api/v1/namespaces/default/configmaps';

const two = forSuite(async () => {
  const servers = await Promise.all([startApiServer(), startApiServer()]);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  return { servers, stop };
});

/** A Pod that asks for nothing forbidden, but promises none of what `restricted` demands. */
const softPod = { containers: [{ name: 'web', image: 'example.test/web:1' }] };
const hardPod = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'web',
      image: 'example.test/web:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};

const pod = (spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec });
const deployment = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec },
  },
});

test('two API servers start side by side and share nothing', async () => {
  const [one, other] = two().servers;
  await one.createNamespace('only-here');
  expect((await one.request('GET', '/api/v1/namespaces/only-here')).status).toBe(200);
  expect((await other.request('GET', '/api/v1/namespaces/only-here')).status).toBe(404);
});

test('a server-side dry run with strict field validation refuses an unknown field', async () => {
  const [server] = two().servers;
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typo' }, daata: {} };
  const answer = await server.request('POST', `${configMaps}${STRICT}`, configMap);
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({ message: containing('unknown field "daata"') });
});

test('an unknown field is warned of where validation is not strict', async () => {
  const [server] = two().servers;
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typo' }, daata: {} };
  const answer = await server.request('POST', `${configMaps}?dryRun=All`, configMap);
  expect(answer).toMatchObject({ status: 201, warnings: ['unknown field "daata"'] });
});

test('a Pod that violates `restricted` is refused in a namespace so labelled, a hardened one is taken', async () => {
  const [server] = two().servers;
  await server.createNamespace('pods', RESTRICTED);
  const pods = `/api/v1/namespaces/pods/pods${STRICT}`;
  const refused = await server.request('POST', pods, pod(softPod));
  expect(refused.status).toBe(403);
  expect(refused.json).toMatchObject({
    message: containing('violates PodSecurity "restricted'),
  });
  expect(await server.request('POST', pods, pod(hardPod))).toMatchObject({ status: 201, warnings: [] });
});

test('a Deployment that violates `restricted` is taken with a warning, a hardened one without', async () => {
  const [server] = two().servers;
  await server.createNamespace('deployments', RESTRICTED);
  const deployments = `/apis/apps/v1/namespaces/deployments/deployments${STRICT}`;
  const warned = await server.request('POST', deployments, deployment(softPod));
  expect(warned.status).toBe(201);
  expect(warned.warnings).toEqual([containing('would violate PodSecurity "restricted')]);
  expect(await server.request('POST', deployments, deployment(hardPod))).toMatchObject({
    status: 201,
    warnings: [],
  });
});

test('a Pod is refused if the ServiceAccount it names does not exist', async () => {
  const [server] = two().servers;
  await server.createNamespace('accounts');
  const stranger = pod({ ...hardPod, serviceAccountName: 'nobody' });
  const answer = await server.request('POST', `/api/v1/namespaces/accounts/pods${STRICT}`, stranger);
  expect(answer.status).toBe(403);
  expect(answer.json).toMatchObject({
    message: containing('serviceaccount "nobody" not found'),
  });
});

test('kubectl reads manifests from its standard input and tells failure by its exit code', async () => {
  const [server] = two().servers;
  const apply = (object: object) =>
    server.kubectl(['apply', '--dry-run=server', '-f', '-'], { input: JSON.stringify(object) });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'by-kubectl' } };
  expect(await apply(namespace)).toMatchObject({
    code: 0,
    stdout: 'namespace/by-kubectl created (server dry run)\n',
  });
  const refused = await apply({ ...namespace, metadata: { name: 'By Kubectl' } });
  expect(refused).toMatchObject({ code: 1, stderr: containing('By Kubectl') });
});

test('nothing is left of an API server after stop: no process, no folder', async () => {
  const server: ApiServer = await startApiServer();
  expect(server.pids.filter(isAlive)).toHaveLength(2);
  expect(existsSync(server.kubeconfigPath)).toBe(true);
  await server.stop();
  expect(server.pids.filter(isAlive)).toEqual([]);
  expect(existsSync(server.kubeconfigPath)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
