import type { Chart } from 'cdk8s';
import type { Stack } from '../model/stack.ts';

/** What makes every object of a stack somebody's: they go when their owner goes. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The four things in which the readers of a document (synth, apply, operator) differ; nothing else may. */
export interface RenderOptions {
  /** Whether the Namespace is rendered. Default: what the stack says. */
  readonly namespace?: boolean;
  /** The values of the stack's own Secret by key. Absent: no Secret is rendered, somebody else makes it. */
  readonly secretValues?: Readonly<Record<string, string>>;
  /** Set on every namespaced object but the Secret, which must live as long as the volumes. */
  readonly ownerReferences?: readonly OwnerReference[];
  /** Condition types the pods of services with gated edges wait for, besides their own probe. */
  readonly readinessGates?: readonly string[];
}

/** Where an object is put, and whatever it may depend on. */
export interface Site {
  readonly chart: Chart;
  readonly stack: Stack;
  readonly options: RenderOptions;
}
