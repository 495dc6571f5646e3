import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Manifest } from '../../../charts-ts/render.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { applyObject } from '../../../kube/server-side-apply.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { operatorName } from '../../../operator/manifests/names.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import type { ManifestOptions } from '../../../operator/manifests/options.ts';
import { at, pick } from '../../charts-ts/rendered.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { userOf } from './lab.ts';

/** The operator's own account, as one token of it. */
export interface Account {
  readonly kubeconfigPath: string;
  readonly token: string;
  /** How the audit log names the token: of two replicas with one account each has its own. */
  readonly credential: string;
}

/** An installation of the operator without its pods. */
export interface Installed {
  readonly manifests: readonly Manifest[];
  /** Another token of its account. */
  readonly account: () => Promise<Account>;
}

const kinds = [chatKind] as unknown as readonly StackKind[];

/** Applies the manifests of an installation. */
export async function installed(lab: ApiServer, options: ManifestOptions): Promise<Installed> {
  const manifests = operatorManifests(kinds, options);
  const { cluster } = userOf(lab);
  for (const object of manifests) await applyObject(cluster, object, { force: true });
  const { namespace = '' } = pick(manifests, 'ServiceAccount', operatorName).metadata;
  return { manifests, account: () => accountOf(lab, namespace, operatorName) };
}

/** A new token of a ServiceAccount. */
export async function accountOf(lab: ApiServer, namespace: string, name: string): Promise<Account> {
  const { json } = await lab.request(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  );
  const token = String(at(json, 'status.token'));
  const kubeconfigPath = join(dirname(lab.kubeconfigPath), `operator-${randomUUID()}`);
  await writeFile(kubeconfigPath, tokenKubeconfig({ server: lab.url, caPem: lab.caPem, token }), {
    mode: 0o600,
  });
  return { kubeconfigPath, token, credential: credentialOf(token) };
}

/** The rules of the account, each of one API group. */
export const rulesOf = (manifests: readonly Manifest[]): readonly Rule[] =>
  manifests
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
    .flatMap((role) => role['rules'] as Rule[]);

export type Rule = Readonly<Record<'apiGroups' | 'resources' | 'verbs', string[]>> & {
  readonly resourceNames?: string[];
};

/** The verbs of every rule, as `patch deployments.apps`. */
export const granted = (manifests: readonly Manifest[]): Set<string> =>
  new Set(
    rulesOf(manifests).flatMap(({ apiGroups, resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${apiGroups[0] ?? ''}`)),
    ),
  );

/** A kubeconfig (YAML) of the holder of a token. */
export const tokenKubeconfig = ({
  server,
  caPem,
  token,
}: {
  readonly server: string;
  readonly caPem: string;
  readonly token: string;
}): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'operator',
    clusters: [
      {
        name: 'lab',
        cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') },
      },
    ],
    users: [{ name: 'operator', user: { token } }],
    contexts: [{ name: 'operator', context: { cluster: 'lab', user: 'operator' } }],
  });

function credentialOf(token: string): string {
  const [, claims = ''] = token.split('.');
  const { jti } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: string };
  return `JTI=${jti}`;
}
