import { fieldManager } from './names.ts';
import type { Service, Stack } from './stack.ts';

type Labels = Readonly<Record<string, string>>;

/** Who writes these objects; the same whichever reader of the document rendered them. */
export const managedBy: Labels = { 'app.kubernetes.io/managed-by': fieldManager };

/** What finds every pod of a stack. */
export const stackSelector = (stack: Pick<Stack, 'name'>): Record<string, string> => ({
  'app.kubernetes.io/instance': stack.name,
});

/** What finds the pods of one service. Immutable in the cluster: nothing that ever changes may be in it. */
export const selectorOf = (
  stack: Pick<Stack, 'name'>,
  service: Pick<Service, 'name'>,
): Record<string, string> => ({
  'app.kubernetes.io/name': service.name,
  ...stackSelector(stack),
});

/** Labels of what belongs to the stack as a whole; all of them together say that an object is this stack's own. */
export const stackLabels = (stack: Pick<Stack, 'name'>): Record<string, string> => ({
  ...stackSelector(stack),
  'app.kubernetes.io/part-of': stack.name,
  ...managedBy,
});

/** Every label of a service's objects. */
export const labelsOf = (stack: Pick<Stack, 'name'>, service: Service): Record<string, string> => ({
  ...selectorOf(stack, service),
  'app.kubernetes.io/component': service.kind === 'stateful' ? 'store' : 'app',
  ...stackLabels(stack),
});

/** Labels as a selector in a query. */
export const asSelector = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
