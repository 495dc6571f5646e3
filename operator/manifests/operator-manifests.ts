import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { podSecurity } from '../../charts-ts/constructs/namespace.ts';
import type { Manifest } from '../../charts-ts/render.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdOf } from './crd.ts';
import { operatorName, operatorNamespaceLabels, operatorPodLabels } from './names.ts';
import { networkPolicySpec } from './network-policy.ts';
import { chosen, type Chosen, type ManifestOptions } from './options.ts';
import { clusterRules, leaseRules, stackRules } from './rbac.ts';
import { deploymentSpec, disruptionBudgetSpec } from './workload.ts';

/**
 * Every object of an installation of the operator, in the order in which they are to be applied: the Namespace, the
 * CustomResourceDefinitions, its account and rights, its Deployment. With `options.namespace` neither of the first two:
 * both are cluster-wide, and must be there. Pure: the same arguments give the same bytes.
 */
export function operatorManifests(kinds: readonly StackKind[], options: ManifestOptions = {}): Manifest[] {
  const choice = chosen(options);
  const own = ownObjects(kinds, choice);
  if (choice.isNamespaced) return own;
  return [namespaceOf(choice), ...kinds.map((kind) => ({ ...crdOf(kind) })), ...own];
}

const namespaceOf = ({ namespace }: Chosen): Manifest =>
  k8s.KubeNamespace.manifest({
    metadata: { name: namespace, labels: { ...operatorNamespaceLabels, ...podSecurity } },
  }) as Manifest;

function ownObjects(kinds: readonly StackKind[], choice: Chosen): Manifest[] {
  const chart = new Chart(new App(), operatorName);
  const metadata = { name: operatorName, namespace: choice.namespace, labels: { ...operatorPodLabels } };
  new k8s.KubeServiceAccount(chart, 'account', { metadata, automountServiceAccountToken: false });
  addRights(chart, kinds, choice);
  new k8s.KubeNetworkPolicy(chart, 'policy', { metadata, spec: networkPolicySpec(kinds, choice) });
  new k8s.KubePodDisruptionBudget(chart, 'disruption-budget', { metadata, spec: disruptionBudgetSpec });
  new k8s.KubeDeployment(chart, 'deployment', { metadata, spec: deploymentSpec(choice) });
  return chart.toJson() as Manifest[];
}

function addRights(chart: Chart, kinds: readonly StackKind[], { namespace, isNamespaced }: Chosen): void {
  const labels = { ...operatorPodLabels };
  const there = { name: operatorName, namespace, labels };
  const everywhere = { name: operatorName, labels };
  const subjects = [{ kind: 'ServiceAccount', name: operatorName, namespace }];
  const refTo = (kind: string): k8s.RoleRef => ({
    apiGroup: 'rbac.authorization.k8s.io',
    kind,
    name: operatorName,
  });
  const rules = stackRules(kinds);
  if (!isNamespaced) {
    new k8s.KubeClusterRole(chart, 'cluster-role', {
      metadata: everywhere,
      rules: [...rules, ...clusterRules],
    });
    new k8s.KubeClusterRoleBinding(chart, 'cluster-role-binding', {
      ...{ metadata: everywhere, subjects, roleRef: refTo('ClusterRole') },
    });
  }
  new k8s.KubeRole(chart, 'role', {
    metadata: there,
    rules: isNamespaced ? [...rules, ...leaseRules] : leaseRules,
  });
  new k8s.KubeRoleBinding(chart, 'role-binding', { metadata: there, subjects, roleRef: refTo('Role') });
}
