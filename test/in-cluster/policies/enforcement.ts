import { managedBy } from '../../../charts-ts/constructs/metadata.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { addressesOf, dialFrom, listenerPod } from './dial-in-pod.ts';

const namespace = 'mooring-test-enforcement';
const port = 8_080;

/** Whether the cluster's network plugin obeys NetworkPolicies, found out by dialling a pod that nobody may reach. */
export async function enforcesPolicies(cluster: Cluster, image: string): Promise<boolean> {
  const pods = ['dialler', 'closed'].map((name) => ({ name, namespace, labels: { name }, ports: [port] }));
  const denyAll = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny-all', namespace },
    spec: { podSelector: { matchLabels: { name: 'closed' } }, policyTypes: ['Ingress'] },
  };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: managedBy } },
    denyAll,
    ...pods.map((pod) => listenerPod(pod, image)),
  ];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input: list });
  if (code !== 0) throw new Error(`The cluster took not all of it: ${stderr}`);
  const { closed = '' } = await addressesOf(cluster, pods);
  const target = `${closed}:${port}`;
  return !(await dialFrom(cluster, { name: 'dialler', namespace }, [target]))[target];
}
