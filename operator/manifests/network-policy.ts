import { k8s } from 'cdk8s-plus-27';
import { addressesOf, nameServers } from '../../charts-ts/constructs/network-policy-peers.ts';
import { sourcesOf } from '../../charts-ts/constructs/network-policies.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { operatorPodLabels } from './names.ts';
import type { Chosen } from './options.ts';
import { reportPorts, toldPorts } from './rendered.ts';

/**
 * The API server's Service, and where it listens itself: a policy sees a packet after its translation. 6443 is
 * kubeadm's, kind's and k3s', 8443 minikube's, 16443 MicroK8s'.
 */
const apiServer = { host: 'kubernetes.default.svc', ports: [443, 6443, 8443, 16443] };

/**
 * Everything that is not named here is denied, in both directions. Kubelet's probes need no policy.
 */
export const networkPolicySpec = (
  kinds: readonly StackKind[],
  { port, isNamespaced }: Chosen,
): k8s.NetworkPolicySpec => ({
  podSelector: { matchLabels: operatorPodLabels },
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{ ...sourcesOf('monitoring'), ports: [tcp(port)] }],
  egress: [
    { to: addressesOf(apiServer.host), ports: apiServer.ports.map(tcp) },
    nameServers,
    ...toPods(kinds, isNamespaced ? { podSelector: {} } : { namespaceSelector: {} }),
  ],
});

/** Where pods of stacks report, and where they are told new secrets. */
function toPods(kinds: readonly StackKind[], peer: k8s.NetworkPolicyPeer): k8s.NetworkPolicyEgressRule[] {
  const ports = new Set(kinds.flatMap((kind) => [...reportPorts(kind), ...toldPorts(kind)]));
  return ports.size > 0 ? [{ to: [peer], ports: [...ports].sort((a, b) => a - b).map(tcp) }] : [];
}

const tcp = (port: number): k8s.NetworkPolicyPort => ({
  port: k8s.IntOrString.fromNumber(port),
  protocol: 'TCP',
});
