import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { OpenApi } from '../../scripts/kubernetes-schemas.ts';
import { compare } from './peers/compare.ts';
import { kindSchemas } from './peers/json-schemas.ts';
import { mooring, type Verifier } from './peers/verifiers.ts';

const saying = (judge: (file: string) => readonly string[]): Verifier => ({
  version: '1',
  judge: (file) => Promise.resolve(judge(file)),
});

test('a case is found by what is said of few correct manifests, not by what is said of all', async () => {
  const noisy = saying((file) => [
    'practice: no limit is set',
    ...(file.includes('07-selector') ? ['selector: selects nothing'] : []),
  ]);
  const { cases, found, silent, valid, alarms } = await compare({ noisy, silent: saying(() => []) });
  expect(cases['07-selector']).toEqual(['noisy']);
  expect(found).toEqual({ noisy: 1, silent: 0 });
  expect(silent).toEqual({ noisy: 0, silent: valid });
  expect(alarms).toEqual({ noisy: { practice: valid }, silent: {} });
});

test('mooring verify finds a case, and refuses what is no YAML', async () => {
  const { judge } = mooring();
  expect(await judge('test/proof/broken/07-selector.yaml')).toContain('SELECTS_NOTHING');
  expect(await judge('test/proof/broken/27-tab.yaml')).toEqual([expect.stringContaining('27-tab.yaml')]);
  expect(await judge('test/proof/handwritten/shop.yaml')).toEqual([]);
});

describe('the schemas that kubeconform is given', () => {
  const reference = (name: string): OpenApi => ({ $ref: `#/components/schemas/${name}` });
  const files = kindSchemas(
    new Map<string, OpenApi>([
      [
        'api.Thing',
        {
          type: 'object',
          properties: {
            apiVersion: { type: 'string' },
            size: { allOf: [reference('api.Quantity')] },
            parts: { type: 'array', items: reference('api.Part') },
          },
          required: ['size'],
          'x-kubernetes-group-version-kind': [{ group: 'shop.k8s.io', version: 'v1', kind: 'Thing' }],
        },
      ],
      ['api.Part', { type: 'object', properties: { name: { type: 'string' } } }],
      ['api.Quantity', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
      ['api.Other', { type: 'object', properties: { name: { type: 'string' } } }],
    ]),
  );
  const [schema = {}] = Object.values(files);
  const isValid = new Ajv().compile(schema);

  test('are called as it looks for them, and hold what the kind refers to alone', () => {
    expect(Object.keys(files)).toEqual(['thing-shop-v1.json']);
    expect(Object.keys(schema['$defs'] as object)).toEqual(['api.Thing', 'api.Quantity', 'api.Part']);
  });

  test.each([
    ['what is right', { size: '1Gi', parts: [{ name: 'a' }] }, true],
    ['null, which is unset', { size: 1, parts: null }, true],
    ['a number where a text belongs', { size: 1, parts: [{ name: 1 }] }, false],
    ['an unknown field', { size: 1, part: [] }, false],
    ['a field that is missing', { parts: [] }, false],
  ])('judge %s', (_, value, valid) => expect(isValid(value)).toBe(valid));
});
