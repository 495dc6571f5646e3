import { isIP } from 'node:net';
import { distance } from 'fastest-levenshtein';
import { isLoopback } from '../../model/loopback.ts';
import type { Graph } from './graph.ts';
import type { ObjectOf } from './objects.ts';
import type { Service } from './ports.ts';

/** What a host in a variable stands for. */
export type Host =
  | { readonly kind: 'service'; readonly service: Service }
  /** The pod itself. */
  | { readonly kind: 'itself' }
  /** Not in the manifests: a name or address outside the cluster, or a Service of a namespace of which nothing is here. */
  | { readonly kind: 'outside'; readonly address?: string; readonly service?: ServiceName }
  /** A name of a Service that is not there, or of a pod that a StatefulSet does not have. */
  | {
      readonly kind: 'missing';
      readonly name: string;
      readonly namespace: string;
      readonly set?: ObjectOf<'StatefulSet'>;
    };

export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** The usual DNS domain of a cluster. */
const usualDomain = 'cluster.local';

/** What `host` is, seen from a pod of `namespace`, as the cluster's DNS would answer. */
export function resolveHost(graph: Graph, namespace: string, host: string): Host {
  const name = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[|\]$/g, '');
  if (isLoopback(name)) return { kind: 'itself' };
  if (isIP(name) > 0) return addressed(graph, name);
  const [first = '', ...rest] = name.split('.');
  return rest.length === 0 ? serviceOrMissing(graph, namespace, first) : dotted(graph, namespace, name);
}

const serviceOrMissing = (graph: Graph, namespace: string, name: string): Host =>
  serviceOr(graph, namespace, name) ?? { kind: 'missing', name, namespace };

/** `queue.shop`, `queue-0.queue-peers.shop`, `queue.shop.svc.cluster.local`, `queue-0.queue-peers`, or a name in the world. */
function dotted(graph: Graph, namespace: string, name: string): Host {
  const cluster = /^(.*)\.svc(?:\.(.+))?$/.exec(name);
  if (cluster) return inCluster(graph, namespace, cluster[1] ?? '', cluster[2] ?? usualDomain);
  return inDots(graph, namespace, name.split('.'));
}

function inDots(graph: Graph, from: string, parts: readonly string[]): Host {
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 3 && graph.hasNamespace(third)) return inside(graph, from, parts);
  if (!graph.hasNamespace(second)) return podOf(graph, from, parts) ?? { kind: 'outside' };
  if (parts.length === 2) return serviceOrMissing(graph, second, first);
  // `queue.shop.svx`: there is no such top-level domain, so `svc` is meant.
  return distance(third, 'svc') === 1
    ? { kind: 'missing', name: first, namespace: `${second}.${third}` }
    : { kind: 'outside' };
}

/** A name under `svc`. A cluster's domain is free, but one a letter or two off the usual one is a typo. */
const inCluster = (graph: Graph, from: string, name: string, domain: string): Host =>
  domain !== usualDomain && distance(domain, usualDomain) <= 2
    ? { kind: 'missing', name, namespace: `of cluster ${domain}` }
    : inside(graph, from, name.split('.'));

/** `service.namespace`, or `pod.service.namespace` behind a headless Service. */
function inside(graph: Graph, from: string, parts: readonly string[]): Host {
  const namespace = parts.at(-1) ?? from;
  const name = parts.at(-2) ?? '';
  const found = serviceOr(graph, namespace, name);
  if (found) return missingPod(graph, namespace, parts.at(-3)) ?? found;
  const service = { name, namespace };
  return graph.hasNamespace(namespace) ? { kind: 'missing', ...service } : { kind: 'outside', service };
}

/** `queue-0.queue-peers`: one pod of a StatefulSet by name, from its own namespace. */
function podOf(graph: Graph, namespace: string, parts: readonly string[]): Host | undefined {
  const [name = '', service = '', ...more] = parts;
  if (more.length > 0) return undefined;
  const found = serviceOr(graph, namespace, service);
  const set = graph.find('StatefulSet', namespace, name.replace(/-\d+$/, ''));
  if (!set) return found;
  return (
    missingPod(graph, namespace, name) ??
    (isHeadless(found) ? found : { kind: 'missing', name: service, namespace })
  );
}

/** A pod that its StatefulSet has not, by its number. What another object scales may have any. */
function missingPod(graph: Graph, namespace: string, name = ''): Host | undefined {
  const [, of = '', number] = /^(.*)-(\d+)$/.exec(name) ?? [];
  const set = graph.find('StatefulSet', namespace, of);
  const { start = 0 } = (set?.content.spec['ordinals'] ?? {}) as { readonly start?: number };
  const isScaled =
    graph.customs.scales(namespace, of) ||
    graph
      .ofKindIn('HorizontalPodAutoscaler', namespace)
      .some(({ content }) => content.spec.scaleTargetRef.name === of);
  return set && !isScaled && Number(number) >= start + (set.content.spec.replicas ?? 1)
    ? { kind: 'missing', name, namespace, set }
    : undefined;
}

/** Only a headless Service gives each pod a name. */
const isHeadless = (host: Host | undefined): boolean =>
  host?.kind === 'service' && host.service.content.spec.clusterIP === 'None';

function serviceOr(graph: Graph, namespace: string, name: string): Host | undefined {
  const service = graph.find('Service', namespace, name);
  if (!service) return undefined;
  return service.content.spec.type === 'ExternalName'
    ? aliased(graph, service)
    : { kind: 'service', service };
}

/** A name for another: a Service behind it is followed, and one that is not there is told of the alias alone. */
function aliased(graph: Graph, { namespace, content }: Service): Host {
  const { externalName = '' } = content.spec;
  const [, name = '', other = namespace] = /^([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(externalName) ?? [];
  const service = graph.find('Service', other, name);
  // What is a name for a name is not followed further.
  return service && service.content.spec.type !== 'ExternalName'
    ? { kind: 'service', service }
    : { kind: 'outside' };
}

function addressed(graph: Graph, address: string): Host {
  const service = graph.ofKind('Service').find(({ content }) => content.spec.clusterIP === address);
  return service ? { kind: 'service', service } : { kind: 'outside', address };
}
