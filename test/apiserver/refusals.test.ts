import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { connect, type Api } from '../../kube/api.ts';
import { startApiServer } from '../servers/kubernetes/api-server.ts';
import { forSuite } from '../servers/for-suite.ts';

const server = forSuite(startApiServer);

const privileged = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'a', image: 'a', securityContext: { privileged: true } }] },
};

/** The error a request ends with, sent by the administrator, or by them in the name of another user. */
async function errorOf(request: (api: Api) => Promise<unknown>, as?: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-refusals-'));
  const kubeconfig = join(folder, 'config');
  const config = parse(await readFile(server().kubeconfigPath, 'utf8')) as { users: { user: object }[] };
  const users = config.users.map((one) => ({ ...one, user: { ...one.user, ...(as ? { as } : {}) } }));
  await writeFile(kubeconfig, stringify({ ...config, users }), { mode: 0o600 });
  const api = connect({ kubeconfig });
  try {
    return await request(api).catch((error: unknown) => error);
  } finally {
    api.close();
    await rm(folder, { recursive: true });
  }
}

describe('a 403 of a real API server', () => {
  test.each([
    ['a refusal where admission answers it', undefined, 'CLUSTER_REFUSED', 'Refused'],
    ['a denial where the authorizer does', 'viewer', 'CLUSTER_DENIED', 'Forbidden'],
  ])('is %s', async (_, as, code, reason) => {
    const namespace = `strict-${code.toLowerCase().replace('_', '-')}`;
    await server().createNamespace(namespace, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    const path = `/api/v1/namespaces/${namespace}/pods`;
    expect(await errorOf((api) => api.request('POST', path, { body: privileged }), as)).toMatchObject({
      status: 403,
      code,
      facts: { reason, verb: 'create', resource: 'pods' },
    });
  });
});
