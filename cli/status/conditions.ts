import type { Condition } from 'kubernetes-types/meta/v1.js';
import { nameOf } from '../../kube/objects.ts';
import type { OwningResource } from '../../deploy/owning-resource.ts';
import { asCalled } from '../called-as.ts';
import { table } from '../output.ts';
import { inSeconds } from '../times.ts';

/** A condition of a resource. */
export const conditionIn = ({ status }: OwningResource, wanted: string): Condition | undefined =>
  status?.conditions?.find(({ type }) => type === wanted);

/** Whether its status is of the document as it is now. */
export const isCurrent = ({ metadata, status }: OwningResource): boolean =>
  status?.observedGeneration !== undefined && status.observedGeneration >= (metadata.generation ?? 0);

/** What a resource says of itself, as `kubectl wait --for=condition=Ready` takes it. */
export const isReadyResource = (resource: OwningResource): boolean =>
  isCurrent(resource) && conditionIn(resource, 'Ready')?.status === 'True';

/** The conditions for a terminal: a row each, then the messages of those that are not as they should be. */
export function conditionsText(resource: OwningResource): string {
  const { metadata, status } = resource;
  const name = `${nameOf(resource)} of namespace ${metadata.namespace ?? ''}`;
  if (resource.isUnread) return `Unknown: the conditions of ${name}, which may not be read (403).`;
  if (!status?.conditions) return `${name} has no conditions yet: no operator has looked at it.`;
  const rows = status.conditions.map(({ type, status: is, reason, lastTransitionTime }) => [
    ...[type, is, reason, inSeconds(lastTransitionTime)],
  ]);
  // Several may say the same of one cause.
  const told = new Map(
    status.conditions
      .filter((one) => !isUsual(one))
      .reverse()
      .map(({ type, message }) => [message, type]),
  );
  return [
    table(['CONDITION', 'STATUS', 'REASON', 'SINCE'], rows),
    ...[...told]
      .reverse()
      .map(([message, type]) => `  ${type}: ${asCalled(message).replaceAll('\n', '\n    ')}`),
    ...(isCurrent(resource)
      ? []
      : [
          `  They are of generation ${status.observedGeneration ?? 0} of ${name}; no operator has looked at generation ${metadata.generation ?? 0} yet.`,
        ]),
  ].join('\n');
}

/** Of these False is as it should be; of all others True. */
const abnormal = ['Progressing', 'Degraded', 'Paused', 'Drifted'];

const isUsual = ({ type, status }: Condition): boolean =>
  status === (abnormal.includes(type) ? 'False' : 'True');
