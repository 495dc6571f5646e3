import type { Selector } from '../shapes/common.ts';

export type Labels = Readonly<Record<string, string>>;

/** The selector without terms, which an absent one stands for. */
export const everyPod: Selector = { matchLabels: {}, matchExpressions: [] };

/** Whether a label selector, as Kubernetes reads it, selects these labels; an empty one selects everything. */
export function selects(selector: Selector, labels: Labels): boolean {
  return (
    includes(labels, selector.matchLabels) &&
    selector.matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
      }
    })
  );
}

/** Whether `labels` has every pair of `wanted`. */
export const includes = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** A selector as text: `app=cache, tier in (a, b)`. */
export function selectorText(selector: Selector): string {
  const pairs = Object.entries(selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  const terms = selector.matchExpressions.map(({ key, operator, values }) =>
    values.length > 0 ? `${key} ${operator} (${values.join(', ')})` : `${key} ${operator}`,
  );
  return [...pairs, ...terms].join(', ') || 'everything';
}
