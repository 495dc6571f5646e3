import { describe, expect, test } from 'vitest';
import { deployment, findingsIn, is, judged, silent, type Fields } from './small-manifests.ts';

const named = (apiVersion: string, kind: string, name: string, namespace?: string): Fields => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
const rights = 'rbac.authorization.k8s.io/v1';
const account = (name: string, namespace = 'shop'): Fields => named('v1', 'ServiceAccount', name, namespace);
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const role = (name: string, namespace = 'shop'): Fields => ({
  ...named(rights, 'Role', name, namespace),
  rules,
});
const clusterRole = (name: string): Fields => ({ ...named(rights, 'ClusterRole', name), rules });

interface Given {
  readonly kind?: string;
  readonly role?: string;
  readonly accounts?: readonly (readonly [name: string, namespace?: string])[];
}

const given = ({ kind = 'Role', role: name = 'reader', accounts = [['web']] }: Given): Fields => ({
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
  subjects: accounts.map(([account, namespace = 'shop']) => ({
    kind: 'ServiceAccount',
    name: account,
    namespace,
  })),
});
const binding = (what: Given, namespace = 'shop'): Fields => ({
  ...named(rights, 'RoleBinding', 'reads', namespace),
  ...given(what),
});
const clusterBinding = (what: Given): Fields => ({
  ...named(rights, 'ClusterRoleBinding', 'reads'),
  ...given({ kind: 'ClusterRole', ...what }),
});
const web = [account('web'), role('reader')];

describe('the role of a binding', () => {
  judged([
    ['is there', [...web, binding({})], silent],
    [
      'is another name than that of the Role',
      [...web, binding({ role: 'writer' })],
      is('error', 'OBJECT_MISSING'),
    ],
    ['is a slip', [...web, binding({ role: 'readers' })], is('error', 'OBJECT_MISSING')],
    ['is a ClusterRole', [account('web'), clusterRole('reader'), binding({})], is('error', 'OBJECT_MISSING')],
    [
      'is in another namespace',
      [account('web'), role('reader', 'other'), binding({})],
      is('error', 'OBJECT_MISSING'),
    ],
    ['is of no Role that is here', [account('web'), binding({})], is('unknown', 'OBJECT_MISSING')],
    ['is one that every cluster has', [...web, binding({ kind: 'ClusterRole', role: 'view' })], silent],
    ['is one of Kubernetes', [...web, clusterBinding({ role: 'system:auth-delegator' })], silent],
    [
      'is a ClusterRole of others',
      [account('web'), clusterRole('reader'), clusterBinding({ role: 'auditor' })],
      is('unknown', 'OBJECT_MISSING'),
    ],
    [
      'is a slip of a ClusterRole',
      [account('web'), clusterRole('reader'), clusterBinding({ role: 'raeder' })],
      is('error', 'OBJECT_MISSING'),
    ],
  ]);
});

describe('the account of a binding', () => {
  const to = (...accounts: (readonly [string, string?])[]): Fields => binding({ accounts });
  judged([
    ['is a slip', [...web, to(['wbe'])], is('error', 'OBJECT_MISSING')],
    ['is in another namespace', [...web, to(['web', 'default'])], is('error', 'OBJECT_MISSING')],
    [
      'is in the namespace it is applied to',
      [
        named('v1', 'ServiceAccount', 'web'),
        clusterRole('reader'),
        clusterBinding({ accounts: [['web', 'other']] }),
      ],
      is('unknown', 'OBJECT_MISSING'),
    ],
    ['is one that every namespace has', [...web, to(['default', 'elsewhere'])], silent],
    ['is of another part', [...web, to(['monitor'])], is('unknown', 'OBJECT_MISSING')],
    ['is beside one that is there', [...web, to(['web'], ['wbe'])], is('unknown', 'OBJECT_MISSING')],
  ]);
});

test('a binding that is put right is right', () => {
  const [finding] = findingsIn(...web, binding({ accounts: [['web', 'default']] }));
  expect(finding?.fix).toBe('Write namespace: shop.');
  expect(finding?.edits).toHaveLength(1);
});

describe('roles and bindings are in no namespace of their own', () => {
  judged([
    [
      'and use no Namespace',
      [named('v1', 'Namespace', 'shop'), account('web'), clusterRole('reader'), clusterBinding({})],
      silent,
    ],
    ['and are told twice', [clusterRole('reader'), clusterRole('reader')], is('error', 'DUPLICATE_OBJECT')],
    ['beside workloads', [...web, binding({}), deployment('web', {}, { serviceAccountName: 'web' })], silent],
  ]);
});
