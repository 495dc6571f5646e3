import { fieldManager } from './names.ts';
import type { Service, Stack } from './stack.ts';

type Labels = Readonly<Record<string, string>>;

/** The managed-by label; the same for every caller of the renderer. */
export const managedBy: Labels = { 'app.kubernetes.io/managed-by': fieldManager };

/** Selects every pod of a stack. */
export const stackSelector = (stack: Pick<Stack, 'name'>): Record<string, string> => ({
  'app.kubernetes.io/instance': stack.name,
});

/** Selects the pods of one service. Immutable in the cluster, so it holds nothing that can change. */
export const selectorOf = (
  stack: Pick<Stack, 'name'>,
  service: Pick<Service, 'name'>,
): Record<string, string> => ({
  'app.kubernetes.io/name': service.name,
  ...stackSelector(stack),
});

/** Labels of an object of the stack as a whole; an object with all of them is owned by the stack. */
export const stackLabels = (stack: Pick<Stack, 'name'>): Record<string, string> => ({
  ...stackSelector(stack),
  'app.kubernetes.io/part-of': stack.name,
  ...managedBy,
});

/** Every label of a service's objects, or of a Job's. */
export const labelsOf = (
  stack: Pick<Stack, 'name'>,
  service: Pick<Service, 'name'> & { readonly kind: Service['kind'] | 'job' },
): Record<string, string> => ({
  ...selectorOf(stack, service),
  'app.kubernetes.io/component': components[service.kind] ?? 'app',
  ...stackLabels(stack),
});

const components: Readonly<Record<string, string>> = { stateful: 'store', job: 'job' };

/** Whether something has all of these labels. */
export const hasLabels = (labels: Labels | undefined, wanted: Labels): boolean =>
  Object.entries(wanted).every(([label, value]) => labels?.[label] === value);

/** Labels as words of a command line of kubectl's, none of which has to be quoted. */
export const asArguments = (labels: Labels): string =>
  Object.entries(labels)
    .map((label) => label.join('='))
    .join(' ');

/** Labels as a label selector in a query. @param is `!=` selects what lacks them. */
export const asSelector = (labels: Labels, is: '=' | '!=' = '='): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}${is}${value}`)
    .join(',');
