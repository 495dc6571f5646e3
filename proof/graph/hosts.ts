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
  /** Not in the manifests: a name or address outside the cluster, or in another namespace. */
  | { readonly kind: 'outside'; readonly address?: string }
  /** A name of a Service that is not there. */
  | { readonly kind: 'missing'; readonly name: string; readonly namespace: string };

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

/** `queue.shop`, `queue.shop.svc.cluster.local`, `queue-0.queue-peers`, or a name in the world. */
function dotted(graph: Graph, namespace: string, name: string): Host {
  const cluster = /^(.*)\.svc(?:\.(.+))?$/.exec(name);
  if (cluster) return inCluster(graph, namespace, cluster[1] ?? '', cluster[2] ?? usualDomain);
  const [first = '', second = '', third] = name.split('.');
  const near = graph.hasNamespace(second);
  if (third === undefined && near) return serviceOrMissing(graph, second, first);
  // `queue.shop.svx`: there is no such top-level domain, so `svc` is meant.
  if (third !== undefined && near && distance(third, 'svc') === 1)
    return { kind: 'missing', name: first, namespace: `${second}.${third}` };
  return podOf(graph, namespace, name.split('.')) ?? { kind: 'outside' };
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
  if (found) return found;
  return graph.hasNamespace(namespace) ? { kind: 'missing', name, namespace } : { kind: 'outside' };
}

/** `queue-0.queue-peers`: one pod of a StatefulSet by name, from its own namespace. */
function podOf(graph: Graph, namespace: string, parts: readonly string[]): Host | undefined {
  const [name = '', service = '', ...more] = parts;
  if (more.length > 0) return undefined;
  const found = serviceOr(graph, namespace, service);
  const set = graph.find('StatefulSet', namespace, name.replace(/-\d+$/, ''));
  if (!set) return found;
  if (!hasPod(set, name)) return { kind: 'missing', name, namespace };
  return isHeadless(found) ? found : { kind: 'missing', name: service, namespace };
}

const hasPod = ({ content }: ObjectOf<'StatefulSet'>, name: string): boolean =>
  Number(/-(\d+)$/.exec(name)?.[1]) < (content.spec.replicas ?? 1);

/** Only a headless Service gives each pod a name. */
const isHeadless = (host: Host | undefined): boolean =>
  host?.kind === 'service' && host.service.content.spec.clusterIP === 'None';

function serviceOr(graph: Graph, namespace: string, name: string): Host | undefined {
  const service = graph.find('Service', namespace, name);
  if (!service) return undefined;
  return service.content.spec.type === 'ExternalName' ? { kind: 'outside' } : { kind: 'service', service };
}

function addressed(graph: Graph, address: string): Host {
  const service = graph.ofKind('Service').find(({ content }) => content.spec.clusterIP === address);
  return service ? { kind: 'service', service } : { kind: 'outside', address };
}
