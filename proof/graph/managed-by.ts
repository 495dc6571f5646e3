import { managedBy } from '../../model/labels.ts';

/** Kubernetes' recommended labels, as far as the checks read them. */

export const nameLabel = 'app.kubernetes.io/name';
export const instanceLabel = 'app.kubernetes.io/instance';
export const managedByLabel = 'app.kubernetes.io/managed-by';

/** The value of `managedByLabel` on everything Mooring renders. */
export const mooring = managedBy[managedByLabel] ?? '';

/** Whether an object's labels say that Mooring rendered it, so that Mooring's conventions apply to it. */
export const isManagedByMooring = ({
  labels,
}: {
  readonly labels: Readonly<Record<string, string>>;
}): boolean => labels[managedByLabel] === mooring;
