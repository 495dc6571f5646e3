import { describe } from 'vitest';
import { deployment, is, judged, silent, type Fields } from './small-manifests.ts';

/**
 * A field is missing where an API server refuses the object without it, whatever OpenAPI calls required; the whole list is
 * held by test/apiserver/required-fields.test.ts.
 */
const binding = (roleRef: Fields): Fields[] => [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'view' },
    roleRef,
    subjects: [{ kind: 'Group', name: 'everybody', apiGroup: 'rbac.authorization.k8s.io' }],
  },
];

const priority = (own: Fields): Fields[] => [
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'least' }, ...own },
];

const claim = (own: Fields): Fields[] => [
  { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'device' }, ...own },
];

const asking = (...httpHeaders: Fields[]): Fields[] => [
  deployment('web', {
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/', port: 8080, httpHeaders } },
  }),
];

describe('an object without', () => {
  judged([
    ['the group of its role', binding({ kind: 'ClusterRole', name: 'view' }), silent],
    ['a value of its own', priority({ description: 'the least' }), silent],
    ['a description of its devices', claim({}), silent],
    ['the value of a header', asking({ name: 'X-Probe' }), silent],
    [
      'parts of its status',
      [{ ...deployment('web', {}), status: { conditions: [{ type: 'Available' }] } }],
      silent,
    ],
    ['the name of its role', binding({ kind: 'ClusterRole' }), is('error', 'INVALID_FIELD')],
    ['a role', binding({}), [...is('error', 'INVALID_FIELD'), ...is('error', 'INVALID_FIELD')]],
    ['the name of a header', asking({ value: 'yes' }), is('error', 'INVALID_FIELD')],
  ]);
});
