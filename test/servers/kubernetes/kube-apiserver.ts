import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, LOOPBACK } from '../ports.ts';
import { startProcess, type RunningProcess } from '../process.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import { clientCertificate, createAuthority, serverCertificate, signingKeys } from './certificates.ts';

/** A certificate authority's certificate, and the certificate and key of an administrator it vouches for (PEM). */
export interface Identity {
  ca: string;
  cert: string;
  key: string;
}

export interface KubeApiserver extends RunningProcess {
  url: string;
  identity: Identity;
  client: ApiClient;
}

/** Starts a kube-apiserver over an etcd, with certificates of its own, and waits until it is ready. */
export async function startKubeApiserver(
  binary: string,
  {
    folder,
    etcdUrl,
    flags: further,
  }: { readonly folder: string; readonly etcdUrl: string; readonly flags: readonly string[] },
): Promise<KubeApiserver> {
  const port = await freePort();
  const url = `https://${LOOPBACK}:${port}`;
  const pki = join(folder, 'pki');
  const identity = await writePki(pki);
  const client = apiClient(url, identity);
  try {
    const server = await startProcess({
      command: binary,
      args: [...flags({ port, pki, etcdUrl }), ...further],
      logFile: join(folder, 'kube-apiserver.log'),
      readyWhen: { check: async () => (await client.request('GET', '/readyz')).status === 200 },
    });
    return { ...server, url, identity, client };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Makes every key and certificate the flags below name; the administrator's are answered, not written. */
async function writePki(pki: string): Promise<Identity> {
  await mkdir(pki);
  const ca = await createAuthority();
  const server = await serverCertificate(ca, LOOPBACK);
  const admin = await clientCertificate(ca, { name: 'mooring-test', group: 'system:masters' });
  const { privateKey, publicKey } = signingKeys();
  const files = {
    'ca.crt': ca.cert,
    'server.crt': server.cert,
    'server.key': server.key,
    'serviceaccount.key': privateKey,
    'serviceaccount.pub': publicKey,
  };
  for (const [name, pem] of Object.entries(files)) await writeFile(join(pki, name), pem, { mode: 0o600 });
  return { ca: ca.cert, cert: admin.cert, key: admin.key };
}

/** Admission is left at Kubernetes' defaults (PodSecurity and ServiceAccount are on): the tests are about those. */
function flags(at: { port: number; pki: string; etcdUrl: string }): string[] {
  return [
    `--etcd-servers=${at.etcdUrl}`,
    `--bind-address=${LOOPBACK}`,
    `--secure-port=${at.port}`,
    `--tls-cert-file=${join(at.pki, 'server.crt')}`,
    `--tls-private-key-file=${join(at.pki, 'server.key')}`,
    `--client-ca-file=${join(at.pki, 'ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(at.pki, 'serviceaccount.pub')}`,
    `--service-account-signing-key-file=${join(at.pki, 'serviceaccount.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    // As in a real cluster: what refuses a privileged Pod is Pod Security, not this switch.
    '--allow-privileged=true',
    // Nobody looks for this server through its own Service, and a loopback address may not be an endpoint.
    '--endpoint-reconciler-type=none',
  ];
}
