import { labelsOf, managedBy } from '../../../charts-ts/constructs/metadata.ts';
import { renderStack } from '../../../charts-ts/render.ts';
import { chatStack } from '../../../contract/chat-stack.ts';
import { isWorkload, type Stack } from '../../../model/stack.ts';
import { roleLabel } from '../../../model/names.ts';
import { readChatStack } from '../../../contract/read-chat-stack.ts';
import { standInStack } from '../../images/stand-in-stack.ts';
import type { Cluster } from '../../lab/cluster.ts';
import type { ChatCluster } from '../stack/chat-cluster.ts';
import { addressesOf, dialFrom, listenerPod, type Listener } from './dial-in-pod.ts';

/** The policies of the default stack in a cluster, and a pod in place of each of its workloads and its neighbours. */
export interface DialledStack {
  /** The stack's objects as the API server gives them back. */
  liveObjects(): Promise<object[]>;
  /** For every pair, `from → to:port`: whether the connection was made. */
  dialAll(): Promise<Readonly<Record<string, boolean>>>;
}

const roles = ['monitoring', 'operator'] as const;

export async function startDialledStack({ cluster, images }: ChatCluster): Promise<DialledStack> {
  const stack = chatStack(readChatStack(standInStack(images), 'the test'));
  const apply = async (items: readonly object[]) => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input: list });
    if (code !== 0) throw new Error(`The cluster took not all of it: ${stderr}`);
  };
  const listeners = listenersOf(stack);
  // Without pods of their own, so that only the listeners are behind the Services.
  const objects = renderStack(stack).map((object) =>
    ['Deployment', 'StatefulSet'].includes(object.kind)
      ? { ...object, spec: { ...(object['spec'] as object), replicas: 0 } }
      : object,
  );
  await apply([...objects, ...roles.map(namespaceOf)]);
  await apply(listeners.map((listener) => listenerPod(listener, images.app.ref)));
  const addresses = await addressesOf(cluster, listeners);
  const doors = [
    ...listeners.flatMap(({ name, ports }) =>
      ports.map((port) => ({ to: `${name}:${port}`, target: `${addresses[name] ?? ''}:${port}` })),
    ),
    { to: 'kube-dns:53', target: `${await dnsAddress(cluster)}:53` },
  ];
  return {
    async liveObjects() {
      const kinds = 'networkpolicies,services,deployments,statefulsets';
      const { stdout } = await cluster.kubectl(['-n', stack.namespace, 'get', kinds, '-o', 'json']);
      return (JSON.parse(stdout) as { items: object[] }).items;
    },
    async dialAll() {
      const rows = await Promise.all(
        listeners.map(async (from): Promise<[string, boolean][]> => {
          const others = doors.filter(({ to }) => !to.startsWith(`${from.name}:`));
          const made = await dialFrom(
            cluster,
            from,
            others.map(({ target }) => target),
          );
          return others.map(({ to, target }) => [`${from.name} → ${to}`, made[target] === true]);
        }),
      );
      return Object.fromEntries(rows.flat());
    },
  };
}

function listenersOf(stack: Stack): Listener[] {
  const { namespace } = stack;
  return [
    ...stack.services.filter(isWorkload).map((service) => ({
      name: service.name,
      namespace,
      labels: labelsOf(stack, service),
      ports: Object.values(service.ports).map(({ containerPort }) => containerPort),
    })),
    { name: 'neighbour', namespace, labels: {}, ports: [] },
    ...roles.map((role) => ({ name: role, namespace: namespaceNameOf(role), labels: {}, ports: [] })),
  ];
}

/** Not the role's own name, which somebody's cluster may have. */
const namespaceNameOf = (role: string): string => `mooring-test-${role}`;

const namespaceOf = (role: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespaceNameOf(role), labels: { ...managedBy, [roleLabel]: role } },
});

async function dnsAddress({ request }: Cluster): Promise<string> {
  const { json } = await request('GET', '/api/v1/namespaces/kube-system/services/kube-dns');
  return (json as { spec: { clusterIP: string } }).spec.clusterIP;
}
