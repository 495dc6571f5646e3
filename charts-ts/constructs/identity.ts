import type { k8s } from 'cdk8s-plus-27';
import type { Service, Stack, Workload } from '../../contract/model.ts';
import { workloadName } from '../../contract/names.ts';
import type { Site } from '../options.ts';

type Labels = Readonly<Record<string, string>>;

/** Who writes these objects; the same whichever reader of the document rendered them. */
export const managedBy: Labels = { 'app.kubernetes.io/managed-by': 'mooring' };

/** What finds every pod of a stack. */
export const stackSelector = (stack: Stack): Record<string, string> => ({
  'app.kubernetes.io/instance': stack.name,
});

/** What finds the pods of one service. Immutable in the cluster: nothing that ever changes may be in it. */
export const selectorOf = (stack: Stack, service: Service): Record<string, string> => ({
  'app.kubernetes.io/name': service.name,
  ...stackSelector(stack),
});

/** Every label of a service's objects. */
export const labelsOf = (stack: Stack, service: Service): Record<string, string> => ({
  ...selectorOf(stack, service),
  'app.kubernetes.io/component': service.kind === 'stateful' ? 'store' : 'app',
  ...stackLabels(stack),
});

/** Labels of what belongs to the stack as a whole. */
export const stackLabels = (stack: Stack): Record<string, string> => ({
  ...stackSelector(stack),
  'app.kubernetes.io/part-of': stack.name,
  ...managedBy,
});

/** Metadata of an object that belongs to `service`, or to the stack as a whole where there is none. */
export function metadataOf({ stack, options }: Site, name: string, service?: Service): k8s.ObjectMeta {
  const owners = options.ownerReferences ?? [];
  return {
    name,
    namespace: stack.namespace,
    labels: service ? labelsOf(stack, service) : stackLabels(stack),
    ...(owners.length > 0 ? { ownerReferences: [...owners] } : {}),
  };
}

/** The name of a workload's objects; `suffix` tells one of several of a kind apart. */
export function nameOf({ stack }: Site, service: Workload, suffix?: string): string {
  const base = workloadName(stack.name, service.name);
  return suffix === undefined ? base : `${base}-${suffix}`;
}
