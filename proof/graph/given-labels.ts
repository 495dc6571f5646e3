import { valueAt, type Doc } from '../source.ts';
import { groupOf } from '../schemas/kubernetes-types.ts';
import type { Labels } from './selectors.ts';

/** Custom resources and the like are not read, and an operator may make pods of them. */
export interface GivenLabels {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Every map called `labels` in the spec of an object whose kind is not read: what it makes may have them. */
export function givenLabels(doc: Doc, namespace: string): GivenLabels[] {
  const apiVersion = valueAt(doc.value, ['apiVersion']);
  if (typeof apiVersion !== 'string' || /\.k8s\.io$/.test(groupOf(apiVersion))) return [];
  return labelsIn(valueAt(doc.value, ['spec'])).map((labels) => ({ namespace, labels }));
}

function labelsIn(value: unknown): Labels[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(labelsIn);
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === 'labels' && isLabels(inner) ? [inner] : labelsIn(inner),
  );
}

const isLabels = (value: unknown): value is Labels =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((label) => typeof label === 'string');
