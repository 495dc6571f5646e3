import { rotateAnnotation } from '../../model/names.ts';
import type { RotationStatus, StackResource } from '../reconcile/resource.ts';

/** What follows in a longer token does not count. */
export const longestToken = 256;

/** What a rotation is asked for with; undefined where none is. */
export function askedToken({ metadata }: StackResource): string | undefined {
  const token = metadata.annotations?.[rotateAnnotation]?.trim().slice(0, longestToken) ?? '';
  return token === '' ? undefined : token;
}

/** Whether a rotation is to begin or under way, as the resource alone has it. */
export function isRotationDue(resource: StackResource): boolean {
  const { rotation } = resource.status ?? {};
  const asked = askedToken(resource);
  if (asked !== undefined) return asked !== rotation?.token || rotation.phase !== 'Done';
  return rotation !== undefined && isUnderWay(rotation);
}

/** Whether a rotation has begun, and not ended. */
export const isUnderWay = ({ phase }: RotationStatus): boolean => phase !== 'Done' && phase !== 'Cancelled';
