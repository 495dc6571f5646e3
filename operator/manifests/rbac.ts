import type { k8s } from 'cdk8s-plus-27';
import { ownedKinds } from '../../deploy/stack-objects.ts';
import { groupOf } from '../../kube/objects.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { operatorName } from './names.ts';
import { hasOwnSecrets, kindsRendered } from './rendered.ts';
import { resourceOf, type ApiResource } from './resources.ts';

/** What the operator may do, and no more: no wildcard, and nothing by which it could get further rights. */

/** A server-side apply is a patch, and a create where the object is not there yet. */
const write = ['create', 'patch', 'delete'];
const watch = ['list', 'watch'];

/** Ends the path of the resource that is an object's status. */
const status = '/status';

/** In every namespace with stacks. */
export function stackRules(kinds: readonly StackKind[]): k8s.PolicyRule[] {
  const rendered = kinds.flatMap(kindsRendered).map((kind) => resourceOf(...kind));
  const names = new Set(rendered.map(nameOf));
  // Each is watched, also where no kind renders it.
  const others = ownedKinds.map((kind) => resourceOf(...kind)).filter((one) => !names.has(nameOf(one)));
  return [
    ...byGroup(rendered, ['get', ...watch, ...write]),
    ...byGroup(others, watch),
    ...kinds.flatMap(customResourceRules),
    // Read by name. Deleted is what a rotation staged, and by it an immutable one.
    rule('', ['secrets'], ['get', 'create', 'patch', ...(kinds.some(hasOwnSecrets) ? ['delete'] : [])]),
    rule('', ['persistentvolumeclaims'], ['get', 'patch']),
    // Deleted is a pod that its StatefulSet never replaces by itself.
    rule('', ['pods'], ['get', ...watch, ...(names.has('statefulsets.apps') ? ['delete'] : [])]),
    rule('', ['pods/status'], ['patch']),
    rule('', ['events'], ['create']),
  ];
}

/** Of the cluster as a whole: whether a volume may grow. Without the right, that is unknown. */
export const clusterRules: k8s.PolicyRule[] = [rule('storage.k8s.io', ['storageclasses'], ['get'])];

/** In the operator's own namespace: its Lease. A create has no name yet that a rule could restrict it to. */
export const leaseRules: k8s.PolicyRule[] = [
  rule('coordination.k8s.io', ['leases'], ['create']),
  { ...rule('coordination.k8s.io', ['leases'], ['get', 'update']), resourceNames: [operatorName] },
];

const customResourceRules = ({ apiVersion, plural }: StackKind): k8s.PolicyRule[] => [
  rule(groupOf(apiVersion), [plural], watch),
  rule(groupOf(apiVersion), [`${plural}${status}`], ['patch']),
];

/** The part of a rule, as it is read from a cluster, that names resources. */
export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
}

/** The names of the definitions whose resources rules let an operator serve: it alone writes their status. */
export const definitionsServed = (rules: readonly Rule[]): string[] => [
  ...new Set(
    rules.flatMap(({ apiGroups = [], resources = [] }) =>
      apiGroups
        .filter((group) => group !== '')
        .flatMap((group) =>
          resources.filter(isStatus).map((path) => `${path.slice(0, -status.length)}.${group}`),
        ),
    ),
  ),
];

const isStatus = (path: string): boolean => path.endsWith(status);

function rule(apiGroup: string, resources: string[], verbs: string[]): k8s.PolicyRule {
  return { apiGroups: [apiGroup], resources, verbs };
}

/** One rule for each API group, both sorted. */
function byGroup(resources: readonly ApiResource[], verbs: string[]): k8s.PolicyRule[] {
  const groups = [...new Set(resources.map(({ apiGroup }) => apiGroup))].sort();
  return groups.map((group) => {
    const names = resources.filter(({ apiGroup }) => apiGroup === group).map(({ resource }) => resource);
    return rule(group, [...new Set(names)].sort(), verbs);
  });
}

const nameOf = ({ apiGroup, resource }: ApiResource): string => `${resource}.${apiGroup}`;
