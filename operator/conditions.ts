/** A condition, as apimachinery's metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
  /** RFC 3339; changes with the status only. */
  readonly lastTransitionTime: string;
}

/** A condition before it is known since when it has its status. */
export type Finding = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

/** Findings as the conditions of a resource. */
export function conditionsOf(
  findings: readonly Finding[],
  before: readonly Condition[],
  { generation, now }: { readonly generation: number; readonly now: string },
): Condition[] {
  return findings.map((finding) => ({
    ...conditionOf(finding, before, now),
    observedGeneration: generation,
  }));
}

/** A finding as a condition; one whose status is as it was before keeps its time. */
export function conditionOf(finding: Finding, before: readonly Condition[], now: string): Condition {
  const earlier = before.find(({ type }) => type === finding.type);
  const since = earlier?.status === finding.status ? earlier.lastTransitionTime : now;
  return { ...finding, lastTransitionTime: since };
}
