import { describe, expect, test } from 'vitest';
import { has, removed, unionOf, without } from '../../kube/fields.ts';
import { takenOver } from '../../deploy/take-over.ts';

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

describe('the managed fields that kubectl apply left', () => {
  test('become ours where we own none yet', () => {
    expect(takenOver([{ ...kubectl, fieldsV1: spec('replicas') }, other])).toEqual([
      { ...mooring, fieldsV1: spec('replicas') },
      other,
    ]);
  });

  test('are joined with ours where we own some', () => {
    const before = [
      { ...kubectl, fieldsV1: spec('replicas') },
      other,
      { ...mooring, fieldsV1: spec('paused') },
    ];
    expect(takenOver(before)).toEqual([other, { ...mooring, fieldsV1: spec('paused', 'replicas') }]);
  });

  test('are dropped where they are of another API version, as csaupgrade does', () => {
    const old = { ...kubectl, apiVersion: 'apps/v1beta1', fieldsV1: spec('old') };
    expect(takenOver([old, { ...mooring, fieldsV1: spec('paused') }])).toEqual([
      { ...mooring, fieldsV1: spec('paused') },
    ]);
  });

  test('of a subresource, and those of other managers, stay whose they are', () => {
    const status = { ...kubectl, subresource: 'status', fieldsV1: {} };
    expect(takenOver([status, other])).toEqual([status, other]);
  });
});

const container = 'k:{"name":"web"}';
const set = {
  'f:containers': { [container]: { '.': {}, 'f:image': {}, 'f:args': {} } },
  'f:finalizers': { 'v:"a"': {} },
};

describe('a set of fields', () => {
  test('has what is in it, and what is above that', () => {
    expect(has(set, ['f:containers', container])).toBe(true);
    expect(has(set, ['f:containers', container, 'f:args'])).toBe(true);
    expect(has(set, ['f:containers', 'k:{"name":"other"}'])).toBe(false);
  });

  test('without another has the fields only it has', () => {
    const also = { 'f:containers': { [container]: { '.': {}, 'f:image': {} } } };
    expect(without(set, [also])).toEqual([
      ['f:containers', container, 'f:args'],
      ['f:finalizers', 'v:"a"'],
    ]);
    expect(without(set, [unionOf(also, set)])).toEqual([]);
  });

  test('leads to the place in an object that it names, and nowhere else', () => {
    const object = { containers: [{ name: 'web', args: ['-v'] }, { name: 'log' }], finalizers: ['a', 'b'] };
    expect(removed(object, ['f:containers', container, 'f:args'])).toEqual({
      ...object,
      containers: [{ name: 'web' }, { name: 'log' }],
    });
    expect(removed(object, ['f:containers', container])).toEqual({
      ...object,
      containers: [{ name: 'log' }],
    });
    expect(removed(object, ['f:finalizers', 'v:"a"'])).toEqual({ ...object, finalizers: ['b'] });
    expect(removed(object, ['f:containers', 'k:{"name":"none"}'])).toEqual(object);
  });
});
