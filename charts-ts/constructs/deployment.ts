import { k8s } from 'cdk8s-plus-27';
import type { StatelessService } from '../../model/stack.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf, selectorOf } from './metadata.ts';
import { addPods, podTemplate, revisionsKept } from './pod.ts';

/** A Deployment that keeps every replica available during an update (maxUnavailable 0) and spreads over nodes. */
export function addDeployment(site: Site, service: StatelessService): void {
  const selector = { matchLabels: selectorOf(site.stack, service) };
  const manifest: unknown = k8s.KubeDeployment.manifest({
    metadata: metadataOf(site, nameOf(site, service), service),
    spec: {
      // The autoscaler owns the number: a value here would reset it at every apply.
      ...(service.autoscaling ? {} : { replicas: service.replicas }),
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: {
          maxUnavailable: k8s.IntOrString.fromNumber(0),
          maxSurge: k8s.IntOrString.fromNumber(1),
        },
      },
      revisionHistoryLimit: revisionsKept,
      selector,
      template: podTemplate(site, service, {
        topologySpreadConstraints: [
          {
            topologyKey: 'kubernetes.io/hostname',
            maxSkew: 1,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: selector,
          },
        ],
      }),
    },
  });
  addPods(site.chart, manifest as object, service);
}
