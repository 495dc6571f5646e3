import { App } from 'cdk8s';
import type { Stack } from '../model/stack.ts';
import { addStackCharts } from './charts/stack-charts.ts';
import type { RenderOptions } from './options.ts';

export type { OwnerReference, RenderOptions } from './options.ts';

/** A Kubernetes object as it is sent to the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/**
 * Every object of a stack, in the order in which they are to be applied. Pure: the same arguments give the same bytes.
 * @throws RangeError when `secretValues` lacks a key of the stack's own Secret.
 */
export function renderStack(stack: Stack, options: RenderOptions = {}): Manifest[] {
  return addStackCharts(new App(), stack, options).flatMap((chart) => chart.toJson() as Manifest[]);
}
