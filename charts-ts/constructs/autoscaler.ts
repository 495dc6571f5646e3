import { k8s } from 'cdk8s-plus-27';
import type { StatelessService } from '../../model/stack.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf } from './metadata.ts';

/** A HorizontalPodAutoscaler on CPU, where the service asks for one. */
export function addAutoscaler(site: Site, service: StatelessService): void {
  const { autoscaling } = service;
  if (!autoscaling) return;
  const name = nameOf(site, service);
  new k8s.KubeHorizontalPodAutoscalerV2(site.chart, 'autoscaler', {
    metadata: metadataOf(site, name, service),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: autoscaling.minReplicas,
      maxReplicas: autoscaling.maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: autoscaling.cpuPercent },
          },
        },
      ],
    },
  });
}
