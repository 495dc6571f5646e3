import { z } from 'zod';
import { amounts, list } from './container.ts';
import { claimTemplate, podTemplate } from './pod.ts';
import { count, countOrShare, objectName, selector } from './common.ts';

/** The shapes of what runs pods. */

const rolling = z
  .looseObject({ maxSurge: countOrShare.optional(), maxUnavailable: countOrShare.optional() })
  .refine(
    ({ maxSurge, maxUnavailable }) => !(isZero(maxSurge) && isZero(maxUnavailable)),
    'maxSurge and maxUnavailable not both 0: no pod could ever be replaced',
  )
  .nullish();
const isZero = (amount: string | number | undefined): boolean => amount === 0 || amount === '0%';

export const deploymentSpec = z.looseObject({
  replicas: count.optional(),
  revisionHistoryLimit: count.optional(),
  selector,
  template: podTemplate,
  strategy: z
    .looseObject({ type: z.enum(['RollingUpdate', 'Recreate']).optional(), rollingUpdate: rolling })
    .optional(),
});

export const statefulSetSpec = z.looseObject({
  replicas: count.optional(),
  revisionHistoryLimit: count.optional(),
  selector,
  template: podTemplate,
  serviceName: objectName.optional(),
  podManagementPolicy: z.enum(['Parallel', 'OrderedReady']).optional(),
  updateStrategy: z.looseObject({ type: z.enum(['RollingUpdate', 'OnDelete']).optional() }).optional(),
  volumeClaimTemplates: list(claimTemplate),
});

export const daemonSetSpec = z.looseObject({
  selector,
  template: podTemplate,
  updateStrategy: z.looseObject({ type: z.enum(['RollingUpdate', 'OnDelete']).optional() }).optional(),
});

export const jobSpec = z.looseObject({ template: podTemplate });
export const cronJobSpec = z.looseObject({
  schedule: z.string(),
  jobTemplate: z.looseObject({ spec: jobSpec }),
});

export const disruptionBudgetSpec = z.looseObject({
  selector,
  maxUnavailable: countOrShare.optional(),
  minAvailable: countOrShare.optional(),
  unhealthyPodEvictionPolicy: z.enum(['IfHealthyBudget', 'AlwaysAllow']).optional(),
});

const target = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('Utilization'), averageUtilization: z.int().min(1) }),
  z.looseObject({ type: z.literal('Value') }),
  z.looseObject({ type: z.literal('AverageValue') }),
]);
const metric = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('Resource'),
    resource: z.looseObject({ name: z.enum(['cpu', 'memory']), target }),
  }),
  z.looseObject({ type: z.literal('ContainerResource') }),
  z.looseObject({ type: z.literal('Pods') }),
  z.looseObject({ type: z.literal('Object') }),
  z.looseObject({ type: z.literal('External') }),
]);

export const autoscalerSpec = z.looseObject({
  scaleTargetRef: z.looseObject({ apiVersion: z.string(), kind: z.string(), name: objectName }),
  minReplicas: count.optional(),
  maxReplicas: z.int().min(1),
  metrics: list(metric),
});

/** What containers of a namespace get where they say nothing. */
export const limitRangeSpec = z.looseObject({
  limits: list(z.looseObject({ type: z.string(), default: amounts, defaultRequest: amounts })),
});
