import { describe, expect, test } from 'vitest';
import { changesBetween } from '../../cluster/changes.ts';

const object = (spec: object, metadata: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
  spec,
});
const changes = (before: object, after: object) => changesBetween(object(before), object(after));

describe('the differences of two states of an object', () => {
  test('are its fields, items of a list by their names', () => {
    const env = (value: string) => ({ containers: [{ name: 'web', env: [{ name: 'LEVEL', value }] }] });
    expect(changes(env('info'), env('debug'))).toEqual([
      { path: 'spec.containers[web].env[LEVEL].value', from: 'info', to: 'debug' },
    ]);
  });

  test('name what is only on one side', () => {
    expect(changes({ a: 1 }, { b: 2 })).toEqual([
      { path: 'spec.a', from: 1 },
      { path: 'spec.b', to: 2 },
    ]);
  });

  test('show a list whose items have no names, or only another order, as a whole', () => {
    expect(changes({ args: ['a'] }, { args: ['b'] })).toEqual([
      { path: 'spec.args', from: ['a'], to: ['b'] },
    ]);
    const [one, two] = [{ name: 'one' }, { name: 'two' }];
    expect(changes({ list: [one, two] }, { list: [two, one] })).toHaveLength(1);
  });

  test('do not count what the API server and kubectl keep for themselves', () => {
    const kept = {
      resourceVersion: '7',
      managedFields: [],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    };
    expect(changesBetween({ ...object({}, kept), status: { replicas: 1 } }, object({}))).toEqual([]);
  });

  test('never show a value of a Secret', () => {
    const secret = (value: string) => ({ ...object({}), kind: 'Secret', data: { password: value } });
    expect(changesBetween(secret('b25l'), secret('dHdv'))).toEqual([
      { path: 'data.password', from: '(secret)', to: '(secret)' },
    ]);
  });
});
