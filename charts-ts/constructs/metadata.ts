import type { k8s } from 'cdk8s-plus-27';
import { labelsOf, managedBy, selectorOf, stackLabels, stackSelector } from '../../model/labels.ts';
import type { Workload } from '../../model/stack.ts';
import { workloadName } from '../../model/names.ts';
import type { Site } from '../options.ts';

export { labelsOf, managedBy, selectorOf, stackLabels, stackSelector };

/** Metadata of an object of `service`, or of a Job; without one, of the stack as a whole. */
export function metadataOf(
  { stack, options }: Site,
  name: string,
  service?: Parameters<typeof labelsOf>[1],
): k8s.ObjectMeta {
  const owners = options.ownerReferences ?? [];
  return {
    name,
    namespace: stack.namespace,
    labels: service ? labelsOf(stack, service) : stackLabels(stack),
    ...(owners.length > 0 ? { ownerReferences: [...owners] } : {}),
  };
}

/** The name of a workload's objects; `suffix` is for kinds of which it has several. */
export function nameOf({ stack }: Site, { name }: Pick<Workload, 'name'>, suffix?: string): string {
  const base = workloadName(stack.name, name);
  return suffix === undefined ? base : `${base}-${suffix}`;
}
