import { describe, expect, test } from 'vitest';
import { changesBetween } from '../../deploy/changes.ts';

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

  const env = (...variables: object[]) => ({ containers: [{ name: 'web', env: variables }] });

  test('never show a variable that is secret by its name, wherever it was written', () => {
    const variable = (value: string) => ({ name: 'REDIS_PASSWORD', value });
    expect(changes(env(variable('hunter1')), env(variable('hunter2')))).toEqual([
      { path: 'spec.containers[web].env[REDIS_PASSWORD].value', from: '(secret)', to: '(secret)' },
    ]);
    for (const added of [
      env(variable('hunter2')),
      { containers: [{ name: 'other', env: [variable('hunter2')] }] },
    ])
      expect(JSON.stringify(changes(env(), added))).not.toContain('hunter2');
    const configMap = (data: object) => ({ ...object({}), kind: 'ConfigMap', data });
    expect(changesBetween(configMap({}), configMap({ LLM_API_KEY: 'hunter2', LOG_LEVEL: 'info' }))).toEqual([
      { path: 'data.LLM_API_KEY', to: '(secret)' },
      { path: 'data.LOG_LEVEL', to: 'info' },
    ]);
  });

  test('never show the password of a URL', () => {
    expect(
      changes(env({ name: 'CACHE', value: 'redis://a' }), env({ name: 'CACHE', value: 'redis://:pw@a' })),
    ).toEqual([{ path: 'spec.containers[web].env[CACHE].value', from: 'redis://a', to: 'redis://***@a' }]);
  });

  test('show which key of a Secret is referred to', () => {
    const reference = (key: string) =>
      env({ name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 's', key } } });
    expect(changes(reference('a'), reference('b'))).toEqual([
      { path: 'spec.containers[web].env[REDIS_PASSWORD].valueFrom.secretKeyRef.key', from: 'a', to: 'b' },
    ]);
  });
});
