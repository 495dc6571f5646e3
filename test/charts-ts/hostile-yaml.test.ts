import { parse, stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { stringifyManifests, stringifyYaml } from '../../charts-ts/yaml.ts';
import { halfPairs, hostileTexts, placesOf } from './hostile-texts.ts';

const texts = hostileTexts(2_000);

describe('a text comes out of its YAML as it went in, and as nothing else', () => {
  test.each(['1.1', '1.2'] as const)('2,000 hostile texts, read as YAML %s', (version) => {
    for (const text of texts) {
      const object = placesOf(text);
      const written = stringifyManifests([object]);
      expect(written).toMatch(/^[ -~\n]*$/);
      const read: unknown = parse(written, { version });
      expect(read, JSON.stringify(text)).toEqual(object);
    }
  });

  test('what is written by hand is what the library writes', () => {
    for (const text of texts) {
      const object = placesOf(text);
      expect(stringifyManifests([object])).toBe(stringifyYaml(object));
    }
  });

  test.each(halfPairs)('half a surrogate pair is refused: %j', (text) => {
    expect(() => stringifyManifests([{ text }])).toThrow(/half a surrogate pair/);
    expect(() => stringifyManifests([{ [text]: 1 }])).toThrow(/half a surrogate pair/);
  });

  test('twin: written as the library does by itself, U+2028 adds a key', () => {
    const smuggled = 'a\u2028  AUTH_MODE: none';
    const written = stringify({ data: { text: `${smuggled} #` } }).replaceAll(/^(?=.)/gm, '  ');
    expect(written.split('\u2028')[1]).toMatch(/^ {4}AUTH_MODE: none/);
  });
});
