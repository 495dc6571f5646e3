import { describe, expect, test } from 'vitest';
import { differencesBetween } from '../../deploy/changes.ts';
import { contestedBy, type Contested } from '../../deploy/contested.ts';
import { variableNames } from '../../deploy/variable-names.ts';
import type { FieldSet } from '../../kube/fields.ts';
import type { KubeObject } from '../../kube/objects.ts';

const object = (rest: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  ...rest,
});
const deployment = (env: object[]): KubeObject =>
  object({ spec: { template: { spec: { containers: [{ name: 'web', env }] } } } });

interface Owner {
  readonly manager: string;
  readonly fieldsV1: FieldSet;
  readonly time?: string;
  readonly operation?: 'Apply' | 'Update';
}
const ownedBy = (live: KubeObject, ...owners: Owner[]): KubeObject => ({
  ...live,
  metadata: {
    ...live.metadata,
    managedFields: owners.map((owner) => ({ operation: 'Update', apiVersion: 'apps/v1', ...owner })),
  },
});
const envOf = (names: string[]): FieldSet => ({
  'f:spec': {
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            'f:env': Object.fromEntries(
              names.map((name) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:value': {} }]),
            ),
          },
        },
      },
    },
  },
});
/** What an apply that makes `live` into `desired` takes from others. */
const contested = (live: KubeObject, desired: KubeObject): Contested[] =>
  contestedBy('mooring', live, desired, { differences: differencesBetween(live, desired) });

test('what others added is told, but no secret and no password of a URL', () => {
  const added = [
    { name: 'LOG_LEVEL', value: 'debug' },
    { name: 'REDIS_PASSWORD', value: 'hunter2' },
    { name: 'CACHE', value: 'redis://:hunter2@cache' },
  ];
  const owner = { manager: 'kubectl-set', fieldsV1: envOf(added.map(({ name }) => name)) };
  const found = contested(ownedBy(deployment(added), owner), deployment([]));
  expect(found.map(({ change }) => change.from)).toEqual(Array(3).fill('(not shown)'));
  const configMap = (data: object): KubeObject => ({ ...object({ data }), kind: 'ConfigMap' });
  const keys = { manager: 'kubectl-patch', fieldsV1: { 'f:data': { 'f:LLM_API_KEY': {} } } };
  const [key] = contested(ownedBy(configMap({ LLM_API_KEY: 'hunter2' }), keys), configMap({}));
  expect(key).toMatchObject({
    manager: 'kubectl-patch',
    isRendered: false,
    change: { path: 'data.LLM_API_KEY', from: '(not shown)' },
  });
});

test("what others set a variable of the stack to is shown, unless its name is a secret's", () => {
  const added = [
    { name: 'REDIS_PORT', value: '6380' },
    { name: 'REDIS_PASSWORD', value: 'hunter2' },
    { name: 'NOTE', value: 'hunter2' },
  ];
  const owner = { manager: 'kubectl-set', fieldsV1: envOf(added.map(({ name }) => name)) };
  const live = ownedBy(deployment(added), owner);
  const config = { ...object({ data: { REDIS_PORT: '6379', REDIS_PASSWORD: '' } }), kind: 'ConfigMap' };
  const differences = differencesBetween(live, deployment([]));
  const found = contestedBy('mooring', live, deployment([]), {
    differences,
    known: variableNames([config]),
  });
  expect(found.map(({ change }) => change.from)).toEqual(['6380', '(secret)', '(not shown)']);
});

test('a port, a number and a switch that others added are shown', () => {
  const service = (spec: object): KubeObject => ({ ...object({ spec }), kind: 'Service' });
  const added = { name: 'metrics', port: 9090, protocol: 'TCP' };
  const live = ownedBy(
    service({ ports: [{ name: 'web', port: 80 }, added], healthCheckNodePort: 30_001, note: 'hunter2' }),
    {
      manager: 'kubectl-edit',
      fieldsV1: { 'f:spec': { 'f:ports': {}, 'f:healthCheckNodePort': {}, 'f:note': {} } },
    },
  );
  const found = contested(live, service({ ports: [{ name: 'web', port: 80 }] }));
  expect(found.map(({ change }) => change.from)).toEqual([added, 30_001, '(not shown)']);
});

test('what others write in the place of a value from a Secret is not shown, whatever its name', () => {
  const fromSecret = { name: 'SALT', valueFrom: { secretKeyRef: { name: 'shop', key: 'salt' } } };
  const live = ownedBy(deployment([{ name: 'SALT', value: 'hunter2' }]), {
    manager: 'kubectl-set',
    fieldsV1: envOf(['SALT']),
  });
  const desired = deployment([fromSecret]);
  const found = contestedBy('mooring', live, desired, {
    differences: differencesBetween(live, desired),
    known: variableNames([desired]),
  });
  expect(JSON.stringify(found)).not.toContain('hunter2');
});

describe('a difference is contested', () => {
  const variable = (value: string): KubeObject => deployment([{ name: 'LEVEL', value }]);

  test('by the manager that owns the field now, named as the API server names it', () => {
    const owner = { manager: 'kubectl-edit', fieldsV1: envOf(['LEVEL']) };
    expect(contested(ownedBy(variable('debug'), owner), variable('info'))).toEqual([
      {
        manager: 'kubectl-edit',
        field: '.spec.template.spec.containers[name="web"].env[name="LEVEL"].value',
        change: { path: 'spec.template.spec.containers[web].env[LEVEL].value', from: 'debug', to: 'info' },
        isRendered: true,
      },
    ]);
  });

  test('by the one of several owners that wrote last', () => {
    const owners = ['2026-11-25T08:00:00Z', '2026-11-25T09:00:00Z', undefined].map((time) => ({
      manager: time ?? 'never',
      fieldsV1: envOf(['LEVEL']),
      ...(time === undefined ? {} : { time }),
    }));
    const [first] = contested(ownedBy(variable('debug'), ...owners), variable('info'));
    expect(first?.manager).toBe('2026-11-25T09:00:00Z');
  });

  test('by the owner of a list or map that is owned as a whole', () => {
    const service = (app: string): KubeObject => object({ spec: { selector: { app } } });
    const owner = { manager: 'helm', fieldsV1: { 'f:spec': { 'f:selector': {} } } };
    expect(contested(ownedBy(service('a'), owner), service('b'))).toMatchObject([
      { manager: 'helm', field: '.spec.selector', change: { path: 'spec.selector.app' } },
    ]);
  });

  test('by no one where only we own it, or kubectl apply before us, or where it was removed', () => {
    const ours = { manager: 'mooring', operation: 'Apply', fieldsV1: envOf(['LEVEL']) } as const;
    const before = { manager: 'kubectl-client-side-apply', fieldsV1: envOf(['LEVEL']) };
    expect(contested(ownedBy(variable('debug'), ours), variable('info'))).toEqual([]);
    expect(contested(ownedBy(variable('debug'), before), variable('info'))).toEqual([]);
    const others = { manager: 'kubectl-edit', fieldsV1: envOf(['OTHER']) };
    expect(contested(ownedBy(deployment([]), others), variable('info'))).toEqual([]);
  });

  test('by kubectl apply where it owns a field besides us', () => {
    const ours = { manager: 'mooring', operation: 'Apply', fieldsV1: envOf(['LEVEL']) } as const;
    const since = { manager: 'kubectl-client-side-apply', fieldsV1: envOf(['LEVEL']) };
    expect(contested(ownedBy(variable('debug'), ours, since), variable('info'))).toMatchObject([
      { manager: 'kubectl-client-side-apply', change: { from: 'debug', to: 'info' } },
    ]);
  });
});
