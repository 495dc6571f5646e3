/** What marks an object as rendered by this project, so that its own laws are held against it too. */

export const nameLabel = 'app.kubernetes.io/name';
export const instanceLabel = 'app.kubernetes.io/instance';
const managedByLabel = 'app.kubernetes.io/managed-by';
const us = 'mooring';

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether an object says it is rendered by this project. */
export const managedByUs = ({ labels }: Labelled): boolean => labels[managedByLabel] === us;

/** The stack and service an object of ours belongs to. */
export const ownerOf = ({ labels }: Labelled): { stack: string | undefined; service: string | undefined } => ({
  stack: labels[instanceLabel],
  service: labels[nameLabel],
});
