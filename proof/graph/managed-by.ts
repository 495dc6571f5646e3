/** What marks an object as rendered by this project, so that its own laws are held against it too. */

export const nameLabel = 'app.kubernetes.io/name';
export const instanceLabel = 'app.kubernetes.io/instance';
export const managedByLabel = 'app.kubernetes.io/managed-by';
export const us = 'mooring';

/** Whether an object says it is rendered by this project. */
export const managedByUs = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean =>
  labels[managedByLabel] === us;
