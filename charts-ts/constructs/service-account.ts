import { k8s } from 'cdk8s-plus-27';
import type { Workload } from '../../model/stack.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf } from './metadata.ts';

/** A ServiceAccount for each workload, without a token: no workload talks to the API server. */
export function addServiceAccount(site: Site, service: Workload): void {
  const { serviceAccountAnnotations: annotations } = service;
  new k8s.KubeServiceAccount(site.chart, 'service-account', {
    metadata: {
      ...metadataOf(site, nameOf(site, service), service),
      ...(annotations ? { annotations: { ...annotations } } : {}),
    },
    automountServiceAccountToken: false,
  });
}
