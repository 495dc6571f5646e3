import { k8s } from 'cdk8s-plus-27';
import {
  dialledPort,
  type Port,
  type StatefulService,
  type StatelessService,
  type Workload,
} from '../../model/stack.ts';
import { suffixes } from '../../model/names.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf, selectorOf } from './metadata.ts';

type NamedPort = readonly [name: string, port: Port];

/**
 * The Services of a stateful workload: the one its clients dial, and a headless one that gives each pod a name.
 * Peers must find each other before they are ready, so the headless one publishes unready pods.
 */
export function addStatefulServices(site: Site, service: StatefulService): void {
  const ports = Object.entries(service.ports);
  addService(site, service, { ports });
  addService(site, service, { suffix: suffixes.peers, ports, headless: true, publishUnready: true });
  addNodeService(site, service, ports);
}

/**
 * The Services of a stateless workload: one that leads to ready pods only and, for the ports that must explain an
 * unready pod rather than refuse the connection, one that leads to every pod (docs/adr/0003-two-services.md).
 */
export function addStatelessServices(site: Site, service: StatelessService): void {
  const ports = Object.entries(service.ports);
  const unready = ports.filter(([name]) => service.whileUnready?.includes(name));
  addService(site, service, { ports });
  if (unready.length > 0)
    addService(site, service, { suffix: suffixes.page, ports: unready, publishUnready: true, exposed: true });
  addNodeService(
    site,
    service,
    ports.filter((port) => !unready.includes(port)),
  );
}

/** A NodePort Service opens a node port for each of its ports, so it has only the ports that ask for one. */
function addNodeService(site: Site, service: Workload, ports: readonly NamedPort[]): void {
  const asking = ports.filter(([, port]) => port.nodePort !== undefined);
  if (asking.length > 0) addService(site, service, { suffix: suffixes.node, ports: asking, exposed: true });
}

interface Shape {
  readonly ports: readonly NamedPort[];
  readonly suffix?: string;
  readonly headless?: boolean;
  readonly publishUnready?: boolean;
  /** Whether ports that name a node port get it here. */
  readonly exposed?: boolean;
}

/** A service without ports gets no Service; Kubernetes allows only a headless one without ports. */
function addService(site: Site, service: Workload, shape: Shape): void {
  if (shape.ports.length === 0 && !shape.headless) return;
  const onNode = shape.exposed === true && shape.ports.some(([, port]) => port.nodePort !== undefined);
  new k8s.KubeService(site.chart, `service-${shape.suffix ?? 'clients'}`, {
    metadata: metadataOf(site, nameOf(site, service, shape.suffix), service),
    spec: {
      type: onNode ? 'NodePort' : 'ClusterIP',
      ...(shape.headless ? { clusterIp: 'None' } : {}),
      ...(shape.publishUnready ? { publishNotReadyAddresses: true } : {}),
      selector: selectorOf(site.stack, service),
      ports: shape.ports.map(([name, port]) => ({
        name,
        port: dialledPort(port),
        targetPort: k8s.IntOrString.fromString(name),
        protocol: 'TCP',
        ...(onNode && port.nodePort !== undefined ? { nodePort: port.nodePort } : {}),
      })),
    },
  });
}
