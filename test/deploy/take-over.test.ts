import { describe, expect, test } from 'vitest';
import { foreignIn, scopeOf, takenOver } from '../../deploy/take-over.ts';

const kubectl = { manager: 'kubectl-client-side-apply', operation: 'Update', apiVersion: 'apps/v1' } as const;
const mooring = { manager: 'mooring', operation: 'Apply', apiVersion: 'apps/v1' } as const;
const other = {
  manager: 'kubectl-set',
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsV1: { 'f:spec': {} },
} as const;
const spec = (...names: string[]) => ({
  'f:spec': Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
});

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: {} };
const alone = {
  fieldManager: 'mooring',
  scope: scopeOf(deployment),
  force: false,
  apiVersion: 'apps/v1',
};

describe('the managed fields that kubectl apply left', () => {
  test('become ours where we own none yet', () => {
    expect(takenOver([{ ...kubectl, fieldsV1: spec('replicas') }, other], alone)).toEqual([
      { ...mooring, fieldsV1: spec('replicas') },
      other,
    ]);
  });

  test('are joined where there are several and we own none yet', () => {
    const before = [
      { ...kubectl, fieldsV1: spec('replicas') },
      other,
      { ...kubectl, fieldsV1: spec('paused') },
    ];
    expect(takenOver(before, alone)).toEqual([{ ...mooring, fieldsV1: spec('replicas', 'paused') }, other]);
  });

  test('are joined with ours where we own some, by force only', () => {
    const before = [
      { ...kubectl, fieldsV1: spec('replicas') },
      { ...mooring, fieldsV1: spec('paused') },
    ];
    expect(takenOver(before, alone)).toEqual(before);
    expect(foreignIn(before, 'mooring')).toEqual(before.slice(0, 1));
    expect(takenOver(before, { ...alone, force: true })).toEqual([
      { ...mooring, fieldsV1: spec('paused', 'replicas') },
    ]);
  });

  test("are nobody else's where we own none yet", () => {
    expect(foreignIn([{ ...kubectl, fieldsV1: spec('replicas') }, other], 'mooring')).toEqual([other]);
  });

  test('are dropped where they are of another API version, as csaupgrade does', () => {
    const old = { ...kubectl, apiVersion: 'apps/v1beta1', fieldsV1: spec('old') };
    expect(takenOver([{ ...kubectl, fieldsV1: spec('paused') }, old], alone)).toEqual([
      { ...mooring, fieldsV1: spec('paused') },
    ]);
  });

  test('of a subresource, and those of other managers, stay whose they are', () => {
    const status = { ...kubectl, subresource: 'status', fieldsV1: {} };
    expect(takenOver([status, other], alone)).toEqual([status, other]);
  });
});

describe('the managed fields of others, taken by force', () => {
  const force = {
    ...alone,
    force: true,
  };
  const edit = {
    manager: 'kubectl-edit',
    operation: 'Update',
    apiVersion: 'apps/v1',
    fieldsV1: { ...spec('replicas', 'paused'), 'f:metadata': { 'f:labels': { 'f:team': {} } } },
  } as const;

  test('become ours below spec, data and rules; labels and status stay theirs', () => {
    const status = { ...edit, subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } };
    expect(takenOver([{ ...mooring, fieldsV1: spec('replicas') }, edit, status], force)).toEqual([
      { ...mooring, fieldsV1: spec('replicas', 'paused') },
      { ...edit, fieldsV1: { 'f:metadata': { 'f:labels': { 'f:team': {} } } } },
      status,
    ]);
  });

  test('become ours where we own nothing yet, and an entry without any field is gone', () => {
    expect(takenOver([{ ...edit, fieldsV1: spec('paused') }], force)).toEqual([
      { ...mooring, fieldsType: 'FieldsV1', fieldsV1: spec('paused') },
    ]);
  });

  test('stay as they are without force', () => {
    const managed = [{ ...mooring, fieldsV1: spec('replicas') }, edit];
    expect(takenOver(managed, alone)).toEqual(managed);
  });

  test('leave out a restart', () => {
    const restart = {
      ...edit,
      fieldsV1: {
        'f:spec': {
          'f:template': {
            'f:metadata': { 'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/restartedAt': {} } },
          },
        },
      },
    };
    const [left] = takenOver([restart], force);
    expect(left?.manager).toBe('kubectl-edit');
    expect(JSON.stringify(left?.fieldsV1)).toContain('restartedAt');
  });

  test('leave out replicas an autoscaler sets, which are no longer ours either', () => {
    const scale = {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'apps/v1',
      subresource: 'scale',
      fieldsV1: spec('replicas'),
    } as const;
    const scaled = {
      ...force,
      scope: scopeOf(deployment, { isScaled: true }),
    };
    expect(takenOver([{ ...mooring, fieldsV1: spec('replicas', 'paused') }, scale], scaled)).toEqual([
      { ...mooring, fieldsV1: spec('paused') },
      scale,
    ]);
    expect(takenOver([{ ...mooring, fieldsV1: spec('replicas') }, scale], force)).toEqual([
      { ...mooring, fieldsV1: spec('replicas') },
    ]);
  });

  test('are none of a Namespace, of which a stack renders labels only', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'chat' } };
    expect(scopeOf(namespace).elements).toEqual([]);
    expect(scopeOf({ ...namespace, kind: 'ConfigMap', data: {} }).elements).toEqual([
      'f:data',
      'f:binaryData',
    ]);
  });
});
