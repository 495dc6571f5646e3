import type { k8s } from 'cdk8s-plus-27';
import { labelsOf, managedBy, selectorOf, stackLabels, stackSelector } from '../../model/labels.ts';
import type { Service, Workload } from '../../model/stack.ts';
import { workloadName } from '../../model/names.ts';
import type { Site } from '../options.ts';

export { labelsOf, managedBy, selectorOf, stackLabels, stackSelector };

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
