import { describe, expect, test } from 'vitest';
import { defineStack } from '../../model/define-stack.ts';
import {
  asText,
  choice,
  flag,
  host,
  hs256Key,
  list,
  origins,
  port,
  spaces,
  text,
  token,
  url,
  valueIn,
  whole,
  type Variable,
} from '../../model/variable.ts';
import { variableProblems } from '../../model/variable-problems.ts';

const doc = '';

describe('a variable is read', () => {
  test.each<[string, Variable, string, unknown]>([
    ['a flag', flag({ doc }), 'true', true],
    ['a whole number', whole(1, 10, { doc }), '10', 10],
    ['a port', port({ doc }), '6379', 6379],
    ['a choice', choice(['a', 'b'], { doc }), 'b', 'b'],
    ['a list', list(['a', 'b'], { doc }), 'a, b', ['a', 'b']],
    ['a text with a line break', text({ doc }), 'a\nb', 'a\nb'],
    ['a key of 32 code points', hs256Key({ doc }), '😀'.repeat(32), '😀'.repeat(32)],
    ['an IPv6 address', host({ doc }), '::1', '::1'],
    ['a URL with a path', url({ doc }), 'https://a.example:8443/v1?x=1', 'https://a.example:8443/v1?x=1'],
    ['origins', origins({ doc }), 'https://a.b,http://c:8080', 'https://a.b,http://c:8080'],
    ['a URL of an IPv6 address', url({ doc }), 'http://[::1]:80', 'http://[::1]:80'],
  ])('%s', (_, variable, raw, value) => {
    expect(valueIn(variable, raw)).toEqual(value);
    if (!raw.includes(', ')) expect(asText(value)).toBe(raw);
  });

  test.each<[string, Variable, readonly string[]]>([
    ['flags', flag({ doc }), ['True', 'yes', '1', ' true', 'TRUE']],
    [
      'whole numbers',
      whole(1, 10, { doc }),
      ['0', '11', '1e1', '0x1', '+5', ' 5', '5 ', '5.0', '٥', '1_0', '-1'],
    ],
    ['ports', port({ doc }), ['0', '65536', 'tcp://10.0.0.1:6379', '6379\n']],
    ['choices', choice(['a', 'b'], { doc }), ['A', 'a ', 'c', 'toString']],
    ['lists', list(['a', 'b'], { doc }), ['a,', 'c', 'a,c']],
    ['keys', hs256Key({ doc }), ['x'.repeat(31), '😀'.repeat(31)]],
    ['tokens', token({ doc }), ['a b', 'ä', 'a\n']],
    ['origins', origins({ doc }), ['a.example', 'https://a/', 'https://a,', 'https://a b', '*', 'null']],
    ['hosts', host({ doc }), ['http://a', 'a:6379', 'a/b', 'a b', '-a']],
    [
      'URLs',
      url({ doc }),
      [
        'ftp://a',
        'http://',
        'http://u:p@a',
        'http://a:99999',
        'http://256.1.1.1',
        'http://a b',
        'a',
        'http://1.2',
      ],
    ],
  ])('%s that are none are refused', (_, variable, raws) => {
    for (const raw of raws) expect(valueIn(variable, raw), raw).toBeUndefined();
  });

  test('every URL that is read is one for the platform, too', () => {
    for (const raw of ['http://a', 'https://a.b.example/x#y', 'http://10.0.0.1:65535/', 'http://a_b.c'])
      expect([valueIn(url({ doc }), raw), URL.canParse(raw)]).toEqual([raw, true]);
  });
});

test('the spaces around the words of a list are all that trim takes away', () => {
  const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
  expect(units.filter((unit) => unit.trim() === '').toSorted()).toEqual(Array.from(spaces).toSorted());
});

describe('a variable that other languages would read differently is refused by name', () => {
  test.each<[string, object, RegExp]>([
    ['with a schema of its own', { type: 'string', doc, schema: {} }, /^X has a schema of its own/],
    ['of an unknown type', { type: 'date', doc }, /^X has the type "date"; expected one of string, integer/],
    ['with \\d', { ...text({ doc }), pattern: '\\d+' }, /^X has a pattern with a class such as \\d/],
    ['with lookahead', { ...text({ doc }), pattern: '(?=a)b' }, /^X has a pattern with lookaround/],
    ['with a back reference', { ...text({ doc }), pattern: '(a)\\1' }, /back reference/],
    ['beyond ASCII', { ...text({ doc }), pattern: '[ä]' }, /beyond printable ASCII/],
    ['with a pattern that is none', { ...text({ doc }), pattern: '(' }, /is no regular expression/],
    ['with bounds nothing is within', whole(5, 4, { doc }), /no number is within them/],
    [
      'with a default it refuses',
      { ...whole(1, 4, { doc }), default: 9 },
      /^X has the default "9"; expected a whole/,
    ],
    ['with a dot', { ...text({ doc }), pattern: 'a.b' }, /a dot or an anchor inside/],
    ['with a negated class', { ...text({ doc }), pattern: '[^a]' }, /a negated class/],
    ['with a class in a class', { ...text({ doc }), pattern: '[[:alpha:]]+' }, /a class in a class/],
    ['with an empty class', { ...text({ doc }), pattern: 'a|[]' }, /an empty class/],
    ['with a pattern that is no text', { ...text({ doc }), pattern: /a/ }, /a pattern that is no text/],
    ['of a type of the prototype', { type: 'toString', doc }, /has the type "toString"/],
    ['with lengths nothing is within', { ...text({ doc }), minLength: 5, maxLength: 2 }, /no text is within/],
    ['with a bound that is no whole number', whole(0.5, 4, { doc }), /expected whole numbers from 0/],
    ['without a value to choose', { type: 'enum', doc, values: [] }, /no values to choose from/],
    ['secret with a default', { ...text({ doc }), secret: true, default: 'a' }, /which would be public/],
    ['with a field of another type', { ...flag({ doc }), pattern: 'a' }, /has the field "pattern"/],
  ])('%s', (_, variable, problem) => {
    expect(variableProblems('X', variable as Variable)[0]).toMatch(problem);
  });

  test('when the stack is defined', () => {
    const schema = { type: 'string', doc, schema: { parse: () => '' } } as Variable;
    const container = {
      image: 'a:1',
      user: { uid: 1, gid: 1 },
      resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
    };
    const worker = { name: 'w', doc, kind: 'stateless', replicas: 1, terminationGraceSeconds: 1 } as const;
    const define = (variable: Variable) =>
      defineStack({
        ...{ name: 's', namespace: 'n' },
        services: [{ ...worker, container, variables: { X: variable } }],
      });
    expect(() => define(schema)).toThrow('Service "w": X has a schema of its own');
    expect(define(text({ doc })).services[0]?.ports).toEqual({});
  });
});
