import { describe, expect, test } from 'vitest';
import { onlyNearest, nearest } from '../../model/nearest.ts';
import { firstIndices } from '../../proof/first-indices.ts';
import { oncePer } from '../../proof/graph/once-per.ts';
import { listed } from '../../proof/listed.ts';
import { readDocuments } from '../../proof/source.ts';
import { verifyChat } from './known.ts';
import { deployment, findingsIn } from './small-manifests.ts';
import { wideObjects } from './wide-objects.ts';

const count = 1_500;

/** Of a text of JSON documents, which is read faster than YAML. */
const found = (objects: readonly object[]): Map<string, number> => {
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const codes = verifyChat(readDocuments('a.json', text)).map(({ severity, code }) => `${severity} ${code}`);
  return new Map([...Map.groupBy(codes, (code) => code)].map(([code, all]) => [code, all.length]));
};

describe('1,500 in one list are judged one by one', () => {
  test.each([
    ['variables', {}],
    ['variables from a Secret', {}],
    ['keys that are missing in a ConfigMap', { 'error KEY_MISSING': count }],
    ['ConfigMaps that are taken whole', {}],
    ['fields of a wrong type', { 'error INVALID_FIELD': count }],
    ['ports behind a Service', {}],
    ['containers', {}],
    ['volumes', {}],
    ['policies of one pod', {}],
  ] as const)('%s', (name, codes) => {
    expect(Object.fromEntries(found(wideObjects[name](count)))).toEqual(codes);
  });
});

describe('a finding is no longer for a long list', () => {
  test('of the names that are there a sentence says the first', () => {
    const [finding] = findingsIn(...wideObjects['keys that are missing in a ConfigMap'](1_000));
    expect(finding?.message).toContain('key-18, key-19 and 980 more');
    expect(finding?.message.length).toBeLessThan(400);
  });

  test('pods that several select are one finding of each', () => {
    const clash = (at: number) => ({ ...deployment('a', {}), metadata: { name: `a${at}` } });
    const overlaps = findingsIn(...[0, 1, 2, 3].map(clash)).filter(
      ({ code }) => code === 'SELECTORS_OVERLAP',
    );
    expect(overlaps).toHaveLength(4);
    expect(overlaps[0]?.message).toContain('Deployment a1, Deployment a2, Deployment a3');
  });

  test('a list of a sentence is short, or the first twenty', () => {
    expect(listed(['a', 'b'])).toBe('a, b');
    expect(listed([])).toBe('');
    expect(listed(Array.from({ length: 21 }, (_, at) => at))).toMatch(/^0, 1, .* 19 and 1 more$/);
  });
});

describe('what is asked of each entry costs the same however many there are', () => {
  test('what is computed of an object is computed once', () => {
    const asked: object[] = [];
    const key = {};
    const computed = oncePer((one: object) => {
      asked.push(one);
      return undefined;
    });
    expect([computed(key), computed(key), computed({})]).toEqual([undefined, undefined, undefined]);
    expect(asked).toEqual([key, {}]);
  });

  test('of equal keys the first index is found', () => {
    expect([...firstIndices(['a', 'b', 'a'])].toSorted()).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  test('among more than a thousand names no near one is looked for', () => {
    const names = Array.from({ length: 1_001 }, (_, at) => `name-${at}`);
    expect(nearest('nome-7', names.slice(1))).toBe('name-7');
    expect([nearest('nome-7', names), onlyNearest('nome-7', names)]).toEqual([undefined, undefined]);
  });

  test('of names that are as near the first is taken, and none alone is meant', () => {
    expect([nearest('port', ['fort', 'sort']), onlyNearest('port', ['fort', 'sort'])]).toEqual([
      'fort',
      undefined,
    ]);
    expect([nearest('port', ['part', 'part']), onlyNearest('port', ['part', 'part'])]).toEqual([
      'part',
      'part',
    ]);
  });
});
