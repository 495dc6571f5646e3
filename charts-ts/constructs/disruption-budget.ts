import { k8s } from 'cdk8s-plus-27';
import type { Workload } from '../../model/stack.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf, selectorOf } from './metadata.ts';

/** How few replicas a workload may have. */
export function minReplicas(service: Workload): number {
  const autoscaling = service.kind === 'stateless' ? service.autoscaling : undefined;
  return autoscaling?.minReplicas ?? service.replicas ?? 1;
}

/** Lets a node drain take one pod at a time. Not for a single replica, whose budget would block every drain. */
export function addDisruptionBudget(site: Site, service: Workload): void {
  if (minReplicas(service) < 2) return;
  new k8s.KubePodDisruptionBudget(site.chart, 'disruption-budget', {
    metadata: metadataOf(site, nameOf(site, service), service),
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorOf(site.stack, service) },
    },
  });
}
