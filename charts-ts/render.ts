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

/**
 * The stack's own Secret as an apply creates it: mutable, unlike synth's. An apply never overwrites it, and a rotation
 * of an immutable one, which the kubelet caches, has to stop every pod of the stack first.
 * @throws RangeError when the stack has no Secret of its own, or `secretValues` lacks a key.
 */
export function mutableSecret(stack: Stack, secretValues: Readonly<Record<string, string>>): Manifest {
  const secret = renderStack(stack, { secretValues }).find(({ kind }) => kind === 'Secret');
  if (!secret) throw new RangeError(`The stack "${stack.name}" has no Secret of its own.`);
  return { ...secret, immutable: false };
}
