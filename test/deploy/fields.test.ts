import { describe, expect, test } from 'vitest';
import {
  below,
  elementOfItem,
  fieldAt,
  has,
  isEmpty,
  keysOfItems,
  noFields,
  pathText,
  unionOf,
  without,
} from '../../kube/fields.ts';

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
    expect(without(set, also)).toEqual({
      'f:containers': { [container]: { 'f:args': {} } },
      'f:finalizers': { 'v:"a"': {} },
    });
    expect(isEmpty(without(set, unionOf(also, set)))).toBe(true);
    expect(without(set, noFields)).toEqual(set);
  });

  test('without what is below a member keeps the member, and without the member what is below it', () => {
    const item = { 'f:list': { [container]: { '.': {}, 'f:name': {} } } };
    expect(without(item, { 'f:list': { [container]: { 'f:name': {} } } })).toEqual({
      'f:list': { [container]: {} },
    });
    expect(without(item, { 'f:list': { [container]: {} } })).toEqual({
      'f:list': { [container]: { 'f:name': {} } },
    });
  });

  test('joined with another has the fields of both, and stays a member where one of them is', () => {
    expect(unionOf({ 'f:a': {} }, { 'f:b': { 'f:c': {} } })).toEqual({ 'f:a': {}, 'f:b': { 'f:c': {} } });
    expect(unionOf({ 'f:a': {} }, { 'f:a': { 'f:b': {} } })).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
    expect(unionOf({ 'f:a': { 'f:b': {} } }, { 'f:a': { 'f:c': {} } })).toEqual({
      'f:a': { 'f:b': {}, 'f:c': {} },
    });
    expect(unionOf(noFields, set)).toEqual(set);
    expect(unionOf(set, {})).toEqual(set);
  });

  test('below its first elements is the part under them', () => {
    expect(
      below({ 'f:metadata': { 'f:labels': {} }, 'f:spec': { 'f:a': {} } }, ['f:spec', 'f:data']),
    ).toEqual({
      'f:spec': { 'f:a': {} },
    });
    expect(fieldAt(['f:spec', 'f:replicas'])).toEqual({ 'f:spec': { 'f:replicas': {} } });
  });

  test('knows the items of a list by their keys, values or places', () => {
    const ports = { 'k:{"port":80,"protocol":"TCP"}': {}, 'k:{"port":53,"protocol":"UDP"}': {} };
    expect(keysOfItems(ports)).toEqual(['port', 'protocol']);
    expect(keysOfItems({ 'v:"a"': {} })).toBeUndefined();
    expect(elementOfItem(ports, { port: 53, protocol: 'UDP', name: 'dns' }, 0)).toBe(
      'k:{"port":53,"protocol":"UDP"}',
    );
    expect(elementOfItem(ports, { port: 53, protocol: 'TCP' }, 0)).toBeUndefined();
    expect(elementOfItem({ 'v:"a"': {} }, 'a', 3)).toBe('v:"a"');
    expect(elementOfItem({ 'i:1': {} }, 'a', 1)).toBe('i:1');
  });

  test('writes a path as the API server does', () => {
    expect(
      pathText(['f:spec', 'f:ports', 'k:{"containerPort":80,"protocol":"TCP"}', 'f:name', 'v:"a"', 'i:2']),
    ).toBe('.spec.ports[containerPort=80,protocol="TCP"].name[="a"][2]');
  });
});
