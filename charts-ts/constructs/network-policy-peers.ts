import { k8s } from 'cdk8s-plus-27';

/** Policy peers given by an address or by the labels of cluster components. */

const dnsPort = k8s.IntOrString.fromNumber(53);

/** DNS: the cluster's DNS pods, or NodeLocal DNSCache where there is one. */
export const nameServers: k8s.NetworkPolicyEgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
    // NodeLocal DNSCache runs in the node's network under this link-local address.
    { ipBlock: { cidr: '169.254.20.10/32' } },
  ],
  ports: [
    { port: dnsPort, protocol: 'UDP' },
    { port: dnsPort, protocol: 'TCP' },
  ],
};

/**
 * The peers that stand for `host`: itself where it is an address, else every address, since policies know no names.
 * Some network plugins take an address block to mean no pod, so a name inside the cluster means every pod besides.
 */
export function addressesOf(host: string): k8s.NetworkPolicyPeer[] {
  const address = host.replace(/^\[|\]$/g, '');
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) return [{ ipBlock: { cidr: `${address}/32` } }];
  if (address.includes(':')) return [{ ipBlock: { cidr: `${address}/128` } }];
  const inside = !address.includes('.') || /\.svc(\.|$)/.test(address);
  return [
    // In a cloud the link-local metadata address hands out the node's credentials.
    { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
    { ipBlock: { cidr: '::/0' } },
    ...(inside ? [{ namespaceSelector: {} }] : []),
  ];
}
