import type { RenderOptions } from '../../charts-ts/options.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Reach } from '../../model/reach.ts';
import type { Stack } from '../../model/stack.ts';
import type { PodView } from '../gates/pod-view.ts';
import type { DriftHistory } from './drift-history.ts';
import type { Drift } from './resource.ts';
import type { StackObjects } from './stack-objects.ts';
import type { Verdicts } from './verdicts.ts';

/** What reconciles of every stack share. */
export interface Context {
  /** Its writes are refused unless this process leads. */
  readonly cluster: Cluster;
  /** What every stack is rendered with. */
  readonly render: Pick<RenderOptions, 'operatorPods'>;
  /** Every live object of every stack. */
  readonly objects: StackObjects;
  /** Whether an autoscaler of another owner scales it. @param target as `targetIdOf` has it. */
  readonly isForeignTarget: (target: string) => boolean;
  /** The pods of a stack. @param key `<namespace>/<name>`. */
  readonly podsOf: (key: string) => readonly PodView[];
  /** How the services of a stack are told new secrets. */
  readonly reachOf: (stack: Stack, signal: AbortSignal) => Reach;
  readonly drifts: DriftHistory;
  readonly verdicts: Verdicts;
  /** Reports something about an object to people: an Event. Never rejects. */
  readonly record: (about: KubeObject, event: RecordedEvent) => Promise<void>;
  readonly onDrift: (drift: Drift) => void;
}

/** In one reconcile of one stack. Its writes are refused, too, once the stack's resource is known to be deleted. */
export interface StackContext extends Context {
  /** Asks the API server whether the resource is there and is not being deleted. @throws ClusterError where it is not so. */
  readonly assertWanted: () => Promise<void>;
}

export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning';
  /** In PascalCase. */
  readonly reason: string;
  /** A sentence, without secrets. */
  readonly message: string;
}
