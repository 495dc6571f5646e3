import { App, Yaml } from 'cdk8s';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { addStackCharts } from '../../charts-ts/charts/stack-charts.ts';
import { stringifyManifests } from '../../charts-ts/yaml.ts';
import type { Stack } from '../../model/stack.ts';
import { cornerStack } from './corner-stack.ts';
import { fakeSecrets, presetDocuments, stackOf } from './rendered.ts';
import { somebodyElsesStack } from './somebody-elses-stack.ts';

const { dev, staging, production } = presetDocuments;
/** Where cdk8s writes what a reader of YAML 1.1 or 1.2 takes for something else, or is not printable ASCII, we quote. */
const quotedByUs = new Set(['0o7', '\na', '  a\n b\n', 'a\tb', 'ä', '\u0000', '=', '<<']);
const stacks: [string, Stack][] = [
  ['dev', stackOf(dev)],
  ['staging', stackOf(staging)],
  ['production', stackOf(production)],
  ['corners of the model', cornerStack],
  ["somebody else's stack", somebodyElsesStack],
];

describe('manifests are written as cdk8s writes them, byte for byte', () => {
  test.each(stacks)('%s', (_, stack) => {
    for (const chart of addStackCharts(new App(), stack, { secretValues: fakeSecrets(stack) })) {
      const expected = chart.toJson() as unknown[];
      const objects = chart.apiObjects.map((object) => object.toJson() as unknown);
      expect(stringifyManifests(objects)).toBe(Yaml.stringify(...expected));
    }
  });

  test.each([
    ...[
      '/',
      '/data',
      './qdrant',
      '/.a/b-c_d',
      '../a',
      '/a b',
      '/a:',
      '250m',
      '1280Mi',
      '2Gi',
      '0m',
      '1e3m',
      '10M',
      'y',
      'No',
      'on',
      'true',
      'FALSE',
      'null',
      '~',
      '',
      ' ',
      'a b',
      'a: b',
      'a:',
      'a #b',
      '- a',
      '"',
      "it's",
    ],
    ...['0', '00', '08', '0o7', '0x1', '1_000', '1e3', '1.5', '.5', '.inf', '-1', '+1', '1:30', '2026-11-25'],
    ...[
      '9007199254740993',
      'tcp://10.0.0.1:6379',
      'a:b',
      'a::b',
      '$(X)/y',
      '*',
      '&a',
      '!a',
      '%a',
      '@a',
      '`a',
      '{a',
      '[a',
    ],
    ...['a\nb', 'a\n', '\na', '  a\n b\n', 'a\tb', 'ä', '\u0000', 'a\r\nb', '<<', '=', '?', 'a'.repeat(300)],
  ])('the text %j, as a value, in a list and as a key', (text) => {
    const object = {
      a: { text, list: [text, [text], { text, [text || 'key']: text }], [text || 'key']: { text } },
    };
    const written = stringifyManifests([object]);
    expect(parse(written)).toEqual(object);
    if (!quotedByUs.has(text)) expect(written).toBe(Yaml.stringify(object));
    else expect(written).not.toBe(Yaml.stringify(object));
  });

  test.each(
    [[], {}, null, undefined, 1.5, -1, 1e21, 0, true, [[]], [{}], [[[1], 2]], [null], [undefined]].map(
      (value) => ({ value }),
    ),
  )('the value $value', ({ value }) => {
    // A copy in each place: the library writes anchors where one object stands in two.
    const copy = (): unknown => structuredClone(value);
    const object = { value: copy(), nested: { value: copy(), list: [copy(), { value: copy() }] } };
    expect(stringifyManifests([object, copy() ?? null])).toBe(Yaml.stringify(object, copy() ?? null));
  });
});
