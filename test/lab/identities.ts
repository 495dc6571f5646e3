import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import {
  clientCertificate,
  createAuthority,
  signingKeys,
  type KeyAndCertificate,
} from '../servers/kubernetes/certificates.ts';
import type { Identity } from '../servers/kubernetes/kube-apiserver.ts';
import { kubeconfig } from '../servers/kubernetes/kubeconfig.ts';
import { LOOPBACK } from '../servers/ports.ts';
import { API_SERVICE_ADDRESS, apiUrl, NODE_NAME, SECOND_NODE_NAME } from './addresses.ts';

/** Who dials the API server, and as whom Kubernetes' own roles know them. */
const USERS = {
  admin: { name: 'mooring-test', group: 'system:masters' },
  [NODE_NAME]: { name: `system:node:${NODE_NAME}`, group: 'system:nodes' },
  [SECOND_NODE_NAME]: { name: `system:node:${SECOND_NODE_NAME}`, group: 'system:nodes' },
  'controller-manager': { name: 'system:kube-controller-manager', group: 'mooring-test' },
  scheduler: { name: 'system:kube-scheduler', group: 'mooring-test' },
  proxy: { name: 'system:kube-proxy', group: 'mooring-test' },
};
export type User = keyof typeof USERS;

/** Certificates of a cluster: PEM in memory for us, files for its programs. */
export interface Identities {
  of: Record<User, Identity>;
  /** The path of a file below the cluster's `pki` folder. */
  file(
    name: 'ca.crt' | 'server.crt' | 'server.key' | 'token.key' | 'token.pub' | 'admin.crt' | 'admin.key',
  ): string;
  /** Of a user, or of a node's kubelet by the node's name. */
  kubeconfigPath(user: string): string;
}

/**
 * Makes a certificate authority and everything it vouches for. One server certificate serves every node.
 * @param nodeAddresses the first is the API server's.
 */
export async function createIdentities(
  folder: string,
  nodeAddresses: readonly [string, ...string[]],
): Promise<Identities> {
  const pki = join(folder, 'pki');
  await mkdir(pki);
  const ca = await createAuthority();
  const server = await nodeCertificate(ca, [...nodeAddresses, API_SERVICE_ADDRESS, LOOPBACK]);
  const entries = Object.entries(USERS).map(async ([user, subject]): Promise<[string, Identity]> => [
    user,
    { ca: ca.cert, ...(await clientCertificate(ca, subject)) },
  ]);
  const of = Object.fromEntries(await Promise.all(entries)) as Record<User, Identity>;
  const { privateKey, publicKey } = signingKeys();
  const kubeconfigPath = (user: string) => join(folder, `${user}.kubeconfig`);
  const files = {
    'ca.crt': ca.cert,
    'server.crt': server.cert,
    'server.key': server.key,
    'token.key': privateKey,
    'token.pub': publicKey,
    'admin.crt': of.admin.cert,
    'admin.key': of.admin.key,
  };
  for (const [name, pem] of Object.entries(files)) await writeFile(join(pki, name), pem, { mode: 0o600 });
  for (const [user, identity] of Object.entries(of))
    await writeFile(kubeconfigPath(user), kubeconfig(apiUrl(nodeAddresses[0]), identity), { mode: 0o600 });
  return { of, file: (name) => join(pki, name), kubeconfigPath };
}

/** The API server is dialled by the node's address, from pods by its Service's, and by itself on loopback. */
async function nodeCertificate(ca: KeyAndCertificate, ips: readonly string[]): Promise<KeyAndCertificate> {
  const made = await generate([{ name: 'commonName', value: NODE_NAME }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    extensions: [
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: ips.map((ip) => ({ type: 7 as const, ip })) },
    ],
  });
  return { key: made.private, cert: made.cert };
}
