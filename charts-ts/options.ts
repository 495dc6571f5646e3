import type { Chart } from 'cdk8s';
import type { Stack, Workload } from '../model/stack.ts';

/** An owner of every object of a stack: garbage collection deletes them with it. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** All that may differ between the callers of the renderer: synth, apply and an operator. */
export interface RenderOptions {
  /** Whether the Namespace is rendered. Default: what the stack says. */
  readonly namespace?: boolean;
  /** The values of the stack's own Secret by key. Absent: no Secret is rendered. */
  readonly secretValues?: Readonly<Record<string, string>>;
  /** Set on every namespaced object but the Secret, which must live as long as the volumes. */
  readonly ownerReferences?: readonly OwnerReference[];
  /** What becomes of the volumes when their StatefulSet is deleted. Default: `Retain`. */
  readonly deletionPolicy?: 'Retain' | 'Delete';
  /**
   * Condition types that a service's pods wait for, besides their own probe. Asked only for services that report and
   * have gated edges: a gate that nothing sets keeps a pod unready for ever.
   */
  readonly readinessGates?: (service: Workload) => readonly string[];
  /**
   * Labels of the operator's pods, where it runs in the stack's own namespace. Absent: policies know it by the role of
   * its Namespace.
   */
  readonly operatorPods?: Readonly<Record<string, string>>;
  /** Names of services whose every port admits the operator's pods. Default: none. */
  readonly operatorDials?: readonly string[];
  /** Whether Kubernetes keeps the last lines of a container that failed in its pod's status. Default: it does not. */
  readonly keepsLastLines?: boolean;
  /**
   * Whether a StatefulSet says that no part of an update is held back. Without it Kubernetes may make a pod that was
   * deleted of the earlier template again (`newVersionedStatefulSetPod`). Default: it does not.
   */
  readonly explicitPartition?: boolean;
}

/** Where an object is put, and what it may depend on. */
export interface Site {
  readonly chart: Chart;
  readonly stack: Stack;
  readonly options: RenderOptions;
}
