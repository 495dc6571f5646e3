import { describe, expect, test } from 'vitest';
import { findingsIn, is, judged, silent, type Fields } from './small-manifests.ts';

/** A CustomResourceDefinition among the manifests gives the schema of its own objects. */

/** What a definition of Kettles in two versions says of their spec. */
const definition = (spec: Fields, version: Fields = {}): Fields => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'kettles.kitchen.example' },
  spec: {
    group: 'kitchen.example',
    scope: 'Namespaced',
    names: { kind: 'Kettle', plural: 'kettles', singular: 'kettle' },
    versions: [
      { name: 'v1alpha1', served: false, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        ...version,
      },
    ],
  },
});

const fields: Fields = {
  type: 'object',
  required: ['litres', 'colour'],
  properties: {
    litres: { type: 'integer', minimum: 1, maximum: 9 },
    colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
    lid: { type: 'object', properties: { hinge: { type: 'boolean' } } },
    port: { 'x-kubernetes-int-or-string': true },
    label: { type: 'string', nullable: true, pattern: '^[a-z]+$' },
    notes: { type: 'object', additionalProperties: { type: 'string' } },
    extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    inner: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
    steps: {
      type: 'array',
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    },
    heat: {
      type: 'object',
      properties: { gas: { type: 'string' }, coil: { type: 'string' } },
      oneOf: [{ required: ['gas'] }, { required: ['coil'] }],
    },
  },
};

const kettle = (spec: Fields, apiVersion = 'kitchen.example/v1', kind = 'Kettle'): Fields => ({
  apiVersion,
  kind,
  metadata: { name: 'mine', labels: { app: 'tea' } },
  spec,
});

const having = (spec: Fields): Fields[] => [definition(fields), kettle({ litres: 2, ...spec })];

describe('an object of a defined kind', () => {
  judged([
    ['has a misspelt field', having({ colur: 'red' }), is('error', 'FIELD_UNKNOWN')],
    ['has a misplaced field', having({ hinge: true }), is('error', 'FIELD_UNKNOWN')],
    ['has an unknown field further down', having({ lid: { hinges: 2 } }), is('error', 'FIELD_UNKNOWN')],
    ['lacks a field', [definition(fields), kettle({ colour: 'red' })], is('error', 'INVALID_FIELD')],
    ['lacks a field in a list', having({ steps: [{ name: 'fill' }, {}] }), is('error', 'INVALID_FIELD')],
    ['has another type', having({ lid: { hinge: 'yes' } }), is('error', 'INVALID_FIELD')],
    ['has a number in quotes', [definition(fields), kettle({ litres: '2' })], is('error', 'INVALID_FIELD')],
    ['is beyond a bound', [definition(fields), kettle({ litres: 12 })], is('error', 'INVALID_FIELD')],
    ['has none of the values', having({ colour: 'green' }), is('error', 'INVALID_FIELD')],
    ['is no whole number nor a text', having({ port: 1.5 }), is('error', 'INVALID_FIELD')],
    ['has a text of another form', having({ label: 'Big' }), is('error', 'INVALID_FIELD')],
    ['has a map of another type', having({ notes: { a: 1 } }), is('error', 'INVALID_FIELD')],
    ['fits none of the forms', having({ heat: { gas: 'a', coil: 'b' } }), is('error', 'INVALID_FIELD')],
    [
      'has metadata that no object has',
      [definition(fields), { ...kettle({ litres: 1 }), metadata: { name: 'a', label: {} } }],
      is('error', 'FIELD_UNKNOWN'),
    ],
    [
      'is whole',
      having({ colour: 'blue', lid: { hinge: true }, heat: { gas: 'a' }, steps: [{ name: 'a' }] }),
      silent,
    ],
    ['leaves out what has a default', having({}), silent],
    ['has a port by name or number', having({ port: 'http' }), silent],
    ['has a port by number', having({ port: 80 }), silent],
    ['has nothing where that may be', having({ label: null }), silent],
    ['keeps what is not known', having({ extra: { any: { thing: 1 } }, notes: { a: 'b' } }), silent],
    [
      'has an object inside',
      having({ inner: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, more: 1 } }),
      silent,
    ],
  ]);
});

describe('a version of a defined kind', () => {
  judged([
    [
      'is not served',
      [definition(fields), kettle({ litres: 1 }, 'kitchen.example/v1alpha1')],
      is('error', 'UNKNOWN_KIND'),
    ],
    [
      'is not defined',
      [definition(fields), kettle({ litres: 1 }, 'kitchen.example/v2')],
      is('error', 'UNKNOWN_KIND'),
    ],
    [
      'is deprecated',
      [definition(fields, { deprecated: true }), kettle({ litres: 1 })],
      is('warning', 'API_DEPRECATED'),
    ],
    [
      'is of a kind with a slip',
      [definition(fields), kettle({ litres: 1 }, 'kitchen.example/v1', 'Ketle')],
      is('warning', 'UNKNOWN_KIND'),
    ],
    [
      'is of another kind of the group',
      [definition(fields), kettle({}, 'kitchen.example/v1', 'Spoon')],
      silent,
    ],
    ['is of another group', [definition(fields), kettle({}, 'garden.example/v7')], silent],
    ['has no definition here', [kettle({ any: 1 }, 'kitchen.example/v3')], silent],
    ['is served', [definition(fields), kettle({ litres: 1 })], silent],
  ]);
});

test('a finding names both places, the nearest field, and no value of a secret name', () => {
  const [found] = findingsIn(...having({ colur: 'red' }));
  expect(found).toMatchObject({
    here: { field: 'spec.colur' },
    there: { field: expect.stringMatching(/openAPIV3Schema\.properties\.spec$/) as string },
    fix: 'Write colour.',
  });
  const secret = { type: 'object', properties: { password: { type: 'integer' } } };
  const [hidden] = findingsIn(definition(secret), kettle({ password: 'hunter2hunter2' }));
  expect(hidden?.code).toBe('INVALID_FIELD');
  expect(JSON.stringify(hidden)).not.toContain('hunter2');
});

test('a definition that contradicts itself, or could take for ever, judges no object', () => {
  const broken = [
    { type: 'object', properties: { a: { type: 'string', enum: 'a' } } },
    { type: 'object', properties: { a: { type: 'string', pattern: '(a+)+$' } } },
    { type: 'object', properties: { a: { type: 'string', pattern: '(' } } },
  ];
  for (const spec of broken) {
    const found = findingsIn(definition(spec), kettle({ a: `${'a'.repeat(40)}!` }));
    expect(found.filter(({ here }) => here.field.startsWith('spec.a'))).toEqual([]);
  }
});
