import { ClusterError } from '../kube/cluster-error.ts';
import type { Condition } from './conditions.ts';
import type { ReasonOf, StackConditionType } from './reasons.ts';

/** The conditions that tell of a problem by a reason of their own. */
const telling: { readonly [T in StackConditionType]?: readonly ReasonOf<T>[] } = {
  Ready: ['DocumentRefused', 'NotApplied'],
  Progressing: ['Stuck'],
  Drifted: ['Contested'],
};

const otherwise: ReasonOf<'Degraded'> = 'AttentionNeeded';

/** The reasons of what needs the attention of a person, as the conditions of a stack tell it; none while nothing does. */
export function problemReasons(conditions: readonly Condition[]): readonly string[] {
  if (!conditions.some(({ type, reason }) => type === 'Degraded' && reason === otherwise)) return [];
  const reasons = conditions
    .filter(({ type, reason }) => isTelling(type) && telling[type]?.some((one) => one === reason))
    .map(({ reason }) => reason);
  return reasons.length > 0 ? reasons : [otherwise];
}

const isTelling = (type: string): type is keyof typeof telling => type in telling;

/** What an error is counted as. */
export const codeOf = (error: unknown): string => (error instanceof ClusterError ? error.code : 'INTERNAL');
