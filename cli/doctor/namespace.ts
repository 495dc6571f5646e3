import { podSecurity } from '../../charts-ts/constructs/namespace.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Owned } from '../owned.ts';
import { commandLine, targetWords } from '../shell.ts';
import type { Check } from './check.ts';
import { mooringOfStack } from '../same-stack.ts';

const enforced = 'pod-security.kubernetes.io/enforce';

/**
 * Whether Pod Security holds in the namespace of a stack that an operator applies: `mooring apply` labels it so, and an
 * operator has no right to change namespaces.
 */
export async function namespaceChecks({ api }: Cluster, { resource, where }: Owned): Promise<Check[]> {
  const { namespace = '' } = resource.metadata;
  const { status, json } = await api.request('GET', `/api/v1/namespaces/${namespace}`, { accept: [403] });
  const id = 'namespace/pod-security';
  if (status === 403) {
    const says = `Unknown: whether Namespace ${namespace} enforces Pod Security "restricted". There is no permission to read it (403).`;
    return [{ id, verdict: 'note', says }];
  }
  const { labels = {} } = (json as KubeObject).metadata;
  if (labels[enforced] === 'restricted') return [];
  const wanted = Object.entries(podSecurity).map(([label, value]) => `${label}=${value}`);
  return [
    {
      id,
      verdict: 'note',
      says: `Namespace ${namespace} does not enforce Pod Security "restricted": "${mooringOfStack('apply')}" labels it so, and an operator may change no Namespace.`,
      fix: commandLine(
        'kubectl',
        ...targetWords(where),
        'label',
        '--overwrite',
        'namespace',
        namespace,
        ...wanted,
      ),
    },
  ];
}
