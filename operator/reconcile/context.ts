import type { RenderOptions } from '../../charts-ts/options.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
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
  /** Whether an autoscaler of another owner scales `<Kind> <namespace>/<name>`. */
  readonly isForeignTarget: (target: string) => boolean;
  readonly drifts: DriftHistory;
  readonly verdicts: Verdicts;
  /** Reports something about an object to people: an Event. Never rejects. */
  readonly record: (about: KubeObject, event: RecordedEvent) => Promise<void>;
  readonly onDrift: (drift: Drift) => void;
}

export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning';
  /** In PascalCase. */
  readonly reason: string;
  /** A sentence, without secrets. */
  readonly message: string;
}
