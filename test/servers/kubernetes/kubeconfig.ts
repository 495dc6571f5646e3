import { stringify } from 'yaml';

/** A kubeconfig (YAML) for one user of one cluster, with its certificates inside. */
export function kubeconfig(url: string, identity: { ca: string; cert: string; key: string }): string {
  const name = 'mooring-test';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': base64(identity.ca) } }],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(identity.cert),
          'client-key-data': base64(identity.key),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
