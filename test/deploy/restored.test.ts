import { describe, expect, test } from 'vitest';
import { noFields, type FieldSet } from '../../kube/fields.ts';
import { restored } from '../../deploy/restored.ts';

const item = (name: string, ...fields: string[]): FieldSet => ({
  [`k:{"name":"${name}"}`]: Object.fromEntries(
    ['.', 'f:name', ...fields.map((field) => `f:${field}`)].map((element) => [element, noFields]),
  ),
});

describe('a set of fields', () => {
  const container = 'k:{"name":"web"}';

  test('leads to the place in an object that it names, and nowhere else', () => {
    const live = { containers: [{ name: 'web', args: ['-v'] }, { name: 'log' }], finalizers: ['a', 'b'] };
    const desired = { containers: [{ name: 'web' }], finalizers: [] };
    const taken = { 'f:containers': { [container]: { '.': {}, 'f:args': {}, 'f:name': {} } } };
    expect(restored(live, taken, { containers: [{ name: 'web' }] })).toEqual({
      ...live,
      containers: [{ name: 'web' }, { name: 'log' }],
    });
    expect(restored(live, { ...taken, 'f:finalizers': { 'v:"a"': {} } }, desired)).toEqual({
      containers: [{ name: 'web' }, { name: 'log' }],
      finalizers: ['b'],
    });
  });
});

describe('what an apply makes of a live object', () => {
  test('has every default that nobody owns', () => {
    const live = { policy: 'Always', replicas: 3, probe: { path: '/x', period: 10 } };
    const taken = { 'f:replicas': {}, 'f:probe': { 'f:path': {} } };
    expect(restored(live, taken, { replicas: 2, probe: { path: '/y' } })).toEqual({
      policy: 'Always',
      replicas: 2,
      probe: { path: '/y', period: 10 },
    });
  });

  test('loses a struct that is no longer applied with the defaults in it', () => {
    const live = { probe: { path: '/x', period: 10 }, kept: 1 };
    expect(restored(live, { 'f:probe': { 'f:path': {} } }, {})).toEqual({ kept: 1 });
  });

  test('keeps annotations nobody owns though ours go', () => {
    const live = { annotations: { ours: '1', injected: '2' } };
    const taken = { 'f:annotations': { 'f:ours': {} } };
    expect(restored(live, taken, {})).toEqual({ annotations: { injected: '2' } });
    expect(restored({ annotations: { ours: '1' } }, taken, {})).toEqual({});
  });

  test('has the items of a keyed list in the order in which they are applied', () => {
    const live = [{ name: 'b', value: '2' }, { name: 'theirs' }, { name: 'a', value: '1' }];
    const taken = { ...item('a', 'value'), ...item('b', 'value'), ...item('theirs') };
    expect(
      restored(live, taken, [
        { name: 'a', value: '1' },
        { name: 'b', value: '3' },
      ]),
    ).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: '3' },
    ]);
  });

  test('keeps an item nobody owns after the one it followed', () => {
    const live = [{ name: 'first' }, { name: 'a' }, { name: 'injected' }, { name: 'b' }];
    const taken = { ...item('a'), ...item('b') };
    const names = (list: unknown) => (list as { name: string }[]).map(({ name }) => name);
    expect(names(restored(live, taken, [{ name: 'a' }, { name: 'b' }, { name: 'c' }]))).toEqual([
      'first',
      'a',
      'injected',
      'b',
      'c',
    ]);
  });

  test('takes a member of a union from a keyed item that is renamed or changes its kind', () => {
    const live = [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x', apiVersion: 'v1' } } }];
    const taken = item('A', 'valueFrom');
    expect(restored(live, taken, [{ name: 'A', value: '1' }])).toEqual([{ name: 'A', value: '1' }]);
    expect(restored([{ name: 'AX', value: '1' }], item('AX', 'value'), [{ name: 'A', value: '1' }])).toEqual([
      { name: 'A', value: '1' },
    ]);
  });

  test('knows an item by the keys that are written: the others have their defaults', () => {
    const live = [{ containerPort: 80, protocol: 'TCP', name: 'web' }];
    const taken = {
      'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:name': {} },
    };
    expect(restored(live, taken, [{ containerPort: 80, name: 'http' }])).toEqual([
      { containerPort: 80, protocol: 'TCP', name: 'http' },
    ]);
  });

  test('has an atomic list or map as it is applied', () => {
    expect(
      restored(
        { args: ['a', 'b'], selector: { a: '1', b: '2' } },
        { 'f:args': {}, 'f:selector': {} },
        { args: ['c'], selector: { a: '1' } },
      ),
    ).toEqual({ args: ['c'], selector: { a: '1' } });
  });

  test('has one of two items with the same key', () => {
    const live = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    expect(restored(live, item('A', 'value'), [{ name: 'A', value: '1' }])).toEqual([
      { name: 'A', value: '1' },
    ]);
  });
});
