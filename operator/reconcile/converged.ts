import type { KubeObject } from '../../kube/objects.ts';
import type { ReservedFields } from '../../model/reserved-fields.ts';
import type { Observed } from './observed.ts';
import type { Drift } from './resource.ts';

/** What became of one object. */
export interface Converged {
  /** Its state, where it is as rendered. */
  readonly observed?: Observed;
  /** What others changed: repaired, or only reported, as the policy says. */
  readonly drift: readonly Drift[];
  /** Others changed it, and it was left so. */
  readonly isLeft?: true;
  /** When it may be repaired again, in milliseconds. */
  readonly requeueAfterMs?: number;
  /** What has to end before it can be applied, in a sentence. */
  readonly pending?: string;
  /** It is there and is another's: what needs it must not take it for ours. */
  readonly isAnothers?: true;
  /** An object of its stack is another's, so that it was not looked at. */
  readonly isAwaiting?: true;
  /** Why it cannot be applied, a sentence each. */
  readonly problems: readonly string[];
}

export interface ConvergeOptions {
  readonly isScaled: boolean;
  readonly drift: ReservedFields['drift'];
  /** The object was there once: its absence is a deletion by somebody else. */
  readonly wasThere: boolean;
  /** It was seen as rendered by this process: what differs now was changed by somebody else. */
  readonly wasInSync: boolean;
  /** By path: who owned a field in any try of this reconcile. A take-over whose apply was refused leaves no owner. */
  readonly owners: Map<string, string>;
  /** Every object of its stack, and the variables that they render. */
  readonly rendered: readonly KubeObject[];
  readonly variables: ReadonlySet<string>;
  readonly key: string;
  readonly now: () => string;
  readonly signal: AbortSignal;
}
