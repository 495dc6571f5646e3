import { k8s } from 'cdk8s-plus-27';
import type { Ingress, StatelessService } from '../../model/stack.ts';
import { suffixes } from '../../model/names.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf } from './metadata.ts';

/**
 * The Ingress. Paths that only ready pods may answer lead to the ready-only Service; the others, such as the page that
 * says what it waits for, to the Service that publishes unready pods too.
 */
export function addIngress(site: Site, service: StatelessService): void {
  const { ingress } = service;
  if (!ingress) return;
  new k8s.KubeIngress(site.chart, 'ingress', {
    metadata: {
      ...metadataOf(site, nameOf(site, service), service),
      ...(ingress.annotations ? { annotations: { ...ingress.annotations } } : {}),
    },
    spec: {
      ...(ingress.className ? { ingressClassName: ingress.className } : {}),
      ...(ingress.tlsSecret ? { tls: [{ hosts: [ingress.host], secretName: ingress.tlsSecret }] } : {}),
      rules: [{ host: ingress.host, http: { paths: paths(site, service, ingress) } }],
    },
  });
}

function paths(site: Site, service: StatelessService, ingress: Ingress): k8s.HttpIngressPath[] {
  const ready = nameOf(site, service);
  const published = service.whileUnready?.includes(ingress.port) ?? false;
  if (!published) return [path('/', ready, ingress.port)];
  return [
    ...ingress.readyPaths.map((prefix) => path(prefix, ready, ingress.port)),
    path('/', nameOf(site, service, suffixes.page), ingress.port),
  ];
}

const path = (prefix: string, name: string, port: string): k8s.HttpIngressPath => ({
  path: prefix,
  pathType: 'Prefix',
  backend: { service: { name, port: { name: port } } },
});
