import { z } from 'zod';
import { container, list } from './container.ts';
import { count, labelName, metadata, objectName, quantity, selector } from './common.ts';

/** The shape of a pod and of what it keeps, as far as the proofs read it. */

const items = list(z.looseObject({ key: z.string().min(1), path: z.string().min(1) }));
const projected = z.looseObject({
  configMap: z.looseObject({ name: objectName, items, optional: z.boolean().default(false) }).optional(),
  secret: z.looseObject({ name: objectName, items, optional: z.boolean().default(false) }).optional(),
});

const volume = z.looseObject({
  name: labelName,
  emptyDir: z.looseObject({ sizeLimit: quantity.optional(), medium: z.string().optional() }).nullish(),
  configMap: z.looseObject({ name: objectName, items, optional: z.boolean().default(false) }).optional(),
  secret: z.looseObject({ secretName: objectName, items, optional: z.boolean().default(false) }).optional(),
  projected: z.looseObject({ sources: list(projected) }).optional(),
  persistentVolumeClaim: z.looseObject({ claimName: objectName }).optional(),
  hostPath: z.looseObject({ path: z.string() }).optional(),
});
export type VolumeSpec = z.infer<typeof volume>;

const spread = z.looseObject({
  maxSkew: z.int().min(1),
  topologyKey: z.string(),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
  labelSelector: selector.optional(),
});

export const podSpec = z.looseObject({
  automountServiceAccountToken: z.boolean().optional(),
  enableServiceLinks: z.boolean().optional(),
  serviceAccountName: objectName.optional(),
  /** Its former name, which an API server still takes. */
  serviceAccount: objectName.optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  terminationGracePeriodSeconds: count.optional(),
  restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).optional(),
  dnsPolicy: z.enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']).optional(),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: count.optional(),
      runAsGroup: count.optional(),
      fsGroup: count.optional(),
      fsGroupChangePolicy: z.enum(['OnRootMismatch', 'Always']).optional(),
      seccompProfile: z
        .looseObject({ type: z.enum(['RuntimeDefault', 'Unconfined', 'Localhost']) })
        .optional(),
    })
    .nullish()
    .transform((found) => found ?? {}),
  containers: z.array(container).min(1),
  initContainers: list(container),
  volumes: list(volume),
  topologySpreadConstraints: list(spread),
});
export type PodSpec = z.infer<typeof podSpec>;

export const podTemplate = z.looseObject({
  metadata: metadata.prefault({}),
  spec: podSpec,
});

const accessModes = list(z.enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany', 'ReadOnlyMany']));

export const claimSpec = z.looseObject({
  accessModes,
  storageClassName: z.string().nullish(),
  volumeName: z.string().nullish(),
  resources: z
    .looseObject({ requests: z.looseObject({ storage: quantity.optional() }).prefault({}) })
    .prefault({}),
});
export const claimTemplate = z.looseObject({
  metadata: z.looseObject({ ...metadata.shape, name: labelName }),
  spec: claimSpec,
});
export type ClaimTemplate = z.infer<typeof claimTemplate>;
