import { valueAt, type Doc } from '../source.ts';
import { groupOf } from '../schemas/kubernetes-types.ts';
import type { Labels } from './selectors.ts';

/** Custom resources and the like are not read, and an operator may make objects of them. */
export interface Custom {
  readonly namespace: string;
  readonly name: string | undefined;
  /** The labels that what it makes may have. */
  readonly given: readonly Labels[];
  /** What it scales. */
  readonly scales: string | undefined;
}

/** An object whose kind is not read, and that is not of Kubernetes; every map called `labels` in its spec may be a pod's. */
export function customOf({ value }: Doc, namespace: string): Custom[] {
  const textAt = (...path: string[]): string | undefined => {
    const found = valueAt(value, path);
    return typeof found === 'string' ? found : undefined;
  };
  const [apiVersion, name] = [textAt('apiVersion'), textAt('metadata', 'name')];
  const group = groupOf(apiVersion ?? '');
  if (apiVersion === undefined || /\.k8s\.io$/.test(group)) return [];
  return [
    {
      namespace,
      // Kubernetes' own kinds make nothing that is called like them.
      name: group.includes('.') ? name : undefined,
      given: labelsIn(valueAt(value, ['spec'])),
      scales: textAt('spec', 'scaleTargetRef', 'name'),
    },
  ];
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
