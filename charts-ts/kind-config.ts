import type { Stack } from '../model/stack.ts';

interface PortMapping {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly listenAddress: string;
  readonly protocol: string;
}

/** A configuration of kind (Kubernetes in Docker), as its YAML is written. */
export interface KindConfig {
  readonly kind: 'Cluster';
  readonly apiVersion: string;
  readonly nodes: readonly {
    readonly role: 'control-plane';
    readonly extraPortMappings: readonly PortMapping[];
  }[];
}

/** A one-node cluster that maps every host port of the stack to the node port behind it, on loopback only. */
export function kindConfig(stack: Stack): KindConfig {
  const mappings = stack.services
    .flatMap((service) => Object.values(service.ports))
    .flatMap(({ nodePort, hostPort }): PortMapping[] =>
      nodePort === undefined || hostPort === undefined
        ? []
        : [{ containerPort: nodePort, hostPort, listenAddress: '127.0.0.1', protocol: 'TCP' }],
    )
    .sort((a, b) => a.hostPort - b.hostPort);
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [{ role: 'control-plane', extraPortMappings: mappings }],
  };
}
