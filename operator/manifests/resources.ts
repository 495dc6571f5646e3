import { groupOf } from '../../kube/objects.ts';

/** A resource as RBAC names it. */
export interface ApiResource {
  readonly apiGroup: string;
  readonly resource: string;
}

/** Plural names, which RBAC needs and an object does not have. */
const plurals = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  Ingress: 'ingresses',
  Job: 'jobs',
  NetworkPolicy: 'networkpolicies',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  StatefulSet: 'statefulsets',
} as const;

/**
 * The resource of a kind that stacks are made of.
 * @throws RangeError for another kind.
 */
export function resourceOf(apiVersion: string, kind: string): ApiResource {
  if (!Object.hasOwn(plurals, kind))
    throw new RangeError(`The plural of ${kind} (${apiVersion}) is not known.`);
  return { apiGroup: groupOf(apiVersion), resource: plurals[kind as keyof typeof plurals] };
}
