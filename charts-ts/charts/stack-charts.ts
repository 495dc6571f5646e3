import { Chart, type App } from 'cdk8s';
import { generatedSecretKeys } from '../../model/environment.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import { addNamespace } from '../constructs/namespace.ts';
import { addNetworkPolicies } from '../constructs/network-policies.ts';
import { addSecret } from '../constructs/secret.ts';
import type { RenderOptions, Site } from '../options.ts';
import { addWorkload } from './workload-chart.ts';

/**
 * Chart ids, which are also file names. `kubectl apply -f` takes files in order of their names, so the digits put what
 * other objects need first; a service's name starts with a letter and sorts after them.
 */
export const chartIds = {
  namespace: '0000-namespace',
  secrets: '0001-secrets',
  policies: '0002-policies',
} as const;

/** Fills an app with the charts of a stack, in the order in which they are to be applied. */
export function addStackCharts(app: App, stack: Stack, options: RenderOptions): Chart[] {
  const at = (id: string): Site => ({ chart: new Chart(app, id), stack, options });
  const charts: Chart[] = [];
  const fill = (id: string, add: (site: Site) => void): void => {
    const site = at(id);
    add(site);
    charts.push(site.chart);
  };
  const { secretValues } = options;
  if (options.namespace ?? stack.createNamespace ?? true) fill(chartIds.namespace, addNamespace);
  if (secretValues && generatedSecretKeys(stack).length > 0)
    fill(chartIds.secrets, (site) => addSecret(site, secretValues));
  fill(chartIds.policies, addNetworkPolicies);
  for (const service of stack.services.filter(isWorkload))
    fill(service.name, (site) => addWorkload(site, service));
  return charts;
}
