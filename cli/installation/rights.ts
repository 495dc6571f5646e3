import type {
  ResourceAttributes,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from 'kubernetes-types/authorization/v1.js';
import { inBatches } from '../../deploy/in-batches.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { operatorName } from '../../operator/manifests/names.ts';
import type { Chosen } from '../../operator/manifests/options.ts';
import { leaseRules, stackRules } from '../../operator/manifests/rbac.ts';

/** What an operator must be allowed and is not, such as `patch pods/status`. Throws as a request does. */
export async function missingRights(
  cluster: Cluster,
  kinds: readonly StackKind[],
  { namespace, isNamespaced }: Pick<Chosen, 'namespace' | 'isNamespaced'>,
  signal?: AbortSignal,
): Promise<string[]> {
  const everywhere = isNamespaced ? { namespace } : {};
  const needs = [
    ...stackRules(kinds).flatMap((rule) => needsOf(rule, everywhere)),
    ...leaseRules.flatMap((rule) => needsOf(rule, { namespace })),
  ];
  const allowed = await inBatches(needs, (need) => mayOperator(cluster, namespace, need, signal));
  const missing = needs.filter((_, index) => !allowed[index]);
  const byVerb = Map.groupBy(missing, ({ verb = '' }) => verb);
  return [...byVerb].map(([verb, ones]) => `${verb} ${[...new Set(ones.map(resourceText))].join(', ')}`);
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

function needsOf(
  { apiGroups = [], resources = [], verbs, resourceNames = [] }: Rule,
  place: { readonly namespace?: string },
): ResourceAttributes[] {
  const [name] = resourceNames;
  return apiGroups.flatMap((group) =>
    resources.flatMap((path) => {
      const [resource = '', subresource] = path.split('/');
      return verbs.map((verb) => ({
        ...{ group, resource, verb, ...place },
        ...(subresource === undefined ? {} : { subresource }),
        ...(name === undefined ? {} : { name }),
      }));
    }),
  );
}

async function mayOperator(
  { api }: Cluster,
  namespace: string,
  resourceAttributes: ResourceAttributes,
  signal?: AbortSignal,
): Promise<boolean> {
  const spec: SubjectAccessReviewSpec = {
    user: `system:serviceaccount:${namespace}:${operatorName}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    resourceAttributes,
  };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const { json } = await api.request('POST', path, { body, signal });
  return (json as SubjectAccessReview).status?.allowed === true;
}

const resourceText = ({ group = '', resource = '', subresource }: ResourceAttributes): string =>
  `${group === '' ? resource : `${resource}.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
