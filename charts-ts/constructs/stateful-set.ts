import { k8s } from 'cdk8s-plus-27';
import type { StatefulService } from '../../model/stack.ts';
import { suffixes } from '../../model/names.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf, selectorOf } from './metadata.ts';
import { addPods, podTemplate, revisionsKept } from './pod.ts';
import { claimsOf } from './volumes.ts';

/** Fewer replicas are no deletion: their volumes stay for when there are more again. */
const deleted = { whenDeleted: 'Delete', whenScaled: 'Retain' } as const;

/** Parallel: OrderedReady never replaces a pod that is not ready, not even when its template is repaired. */
export function addStatefulSet(site: Site, service: StatefulService): void {
  const claims = claimsOf(site, service);
  const manifest: unknown = k8s.KubeStatefulSet.manifest({
    metadata: metadataOf(site, nameOf(site, service), service),
    spec: {
      serviceName: nameOf(site, service, suffixes.peers),
      replicas: service.replicas ?? 1,
      podManagementPolicy: 'Parallel',
      updateStrategy: {
        type: 'RollingUpdate',
        ...(site.options.explicitPartition ? { rollingUpdate: { partition: 0 } } : {}),
      },
      revisionHistoryLimit: revisionsKept,
      selector: { matchLabels: selectorOf(site.stack, service) },
      template: podTemplate(site, service),
      ...(claims.length > 0 ? { volumeClaimTemplates: claims } : {}),
      ...(site.options.deletionPolicy === 'Delete' ? { persistentVolumeClaimRetentionPolicy: deleted } : {}),
    },
  });
  addPods(site.chart, manifest as object, service);
}
