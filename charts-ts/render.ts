import { App, Chart } from 'cdk8s';
import type { Stack } from '../model/stack.ts';
import { addStackCharts, chartIds } from './charts/stack-charts.ts';
import { addSecret } from './constructs/secret.ts';
import type { Manifest } from './manifest.ts';
import type { RenderOptions } from './options.ts';
import { patchedObjects } from './patched.ts';

export type { Manifest } from './manifest.ts';
export type { OwnerReference, RenderOptions } from './options.ts';

/**
 * Every object of a stack, in the order in which they are to be applied. Pure: the same arguments give the same bytes.
 * @throws RangeError when `secretValues` lacks a key of the stack's own Secret; StackError where a patch does not fit.
 */
export function renderStack(stack: Stack, options: RenderOptions = {}): Manifest[] {
  const charts = addStackCharts(new App(), stack, options);
  return [
    ...patchedObjects(
      stack,
      charts.flatMap((chart) => chart.toJson() as Manifest[]),
    ),
  ];
}

/**
 * A stack's own Secret alone, as `renderStack` renders it without an owner.
 * @throws RangeError when `secretValues` lacks a key.
 */
export function renderSecret(stack: Stack, secretValues: Readonly<Record<string, string>>): Manifest {
  const chart = new Chart(new App(), chartIds.secrets);
  addSecret({ chart, stack, options: {} }, secretValues);
  const [secret] = chart.toJson() as [Manifest];
  return secret;
}
