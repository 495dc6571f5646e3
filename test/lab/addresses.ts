/** Addresses inside a cluster. Each has a network of its own, so all clusters may use the same ones. */
export const NODE_NAME = 'node-1';
export const SECOND_NODE_NAME = 'node-2';
/** Of every pod; each node has a part of it. */
export const POD_RANGE = '10.244.0.0/16';
export const podRangeOf = (node: string): string => `10.244.${node === NODE_NAME ? 0 : 1}.0/24`;
export const SERVICE_RANGE = '10.96.0.0/16';
/** The first of the service range: the API server's own Service. */
export const API_SERVICE_ADDRESS = '10.96.0.1';
export const DNS_ADDRESS = '10.96.0.10';
export const CLUSTER_DOMAIN = 'cluster.local';

export const apiUrl = (nodeAddress: string): string => `https://${nodeAddress}:6443`;
