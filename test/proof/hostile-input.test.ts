import { describe, expect, test } from 'vitest';
import { readDocuments, utf8Of } from '../../proof/source.ts';

const object = (rest: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n${rest}`;

const refusal = (read: () => unknown): string => {
  try {
    read();
    return 'taken';
  } catch (error) {
    return String(error).replace('UnreadableError: ', '');
  }
};

const multiplying = Array.from(
  { length: 12 },
  (_, index) => `x${index}: &a${index + 1} [${Array<string>(9).fill(`*a${index}`).join(', ')}]`,
).join('\n');

describe('what cannot be read is refused in one sentence with its line', () => {
  test.each([
    ['aliases that multiply', object(`data: &a0 { k: v }\n${multiplying}\n`), 11, 'multiply to more than'],
    [
      'a large list that is repeated often',
      `x: &a [${'a,'.repeat(5_000)}]\ny:\n${'- *a\n'.repeat(3_000)}`,
      202,
      'multiply to more than',
    ],
    ['an alias without an anchor', object('data: *gone\n'), 5, 'the alias *gone refers to no anchor'],
    [
      'an alias inside what it refers to',
      object('data: &a { x: *a }\n'),
      5,
      '*a stands inside what it refers',
    ],
    ['a map merged into itself', object('data: &a\n  <<: *a\n'), 6, '*a stands inside what it refers to'],
    ['a text that is merged', object('x: &a text\ndata:\n  <<: *a\n'), 7, 'what << merges is no map'],
    ['lists nested without end', object(`data: ${'['.repeat(100_000)}`), 5, 'nested more than 500 levels'],
    ['JSON nested without end', `{"kind":"List","items":${'['.repeat(200_000)}`, 1, 'nested more than 500'],
    [
      'maps nested without end',
      object(
        `data:\n${Array.from({ length: 3_000 }, (_, depth) => `${' '.repeat(depth + 1)}a:\n`).join('')}`,
      ),
      504,
      'nested more than 500 levels',
    ],
    ['a key that stands twice', object('data:\n  a: b\n  c: d\n  a: e\n'), 8, 'the key a stands twice'],
    ['a NUL', object('data:\n  a: "x\0y"\n'), 6, 'a control character'],
    ['an escape sequence for terminals', object('data:\n  a: "\u001B[31m"\n'), 6, 'a control character'],
    ['a map as a key', object('data:\n  ? { a: b }\n  : c\n'), 6, 'a map or a list stands as a key'],
    ['a tab', object('data:\n\ta: b\n'), 6, 'a tab is used to indent'],
    ['a bracket that is not closed', object('data: { a: b\nx: y\n'), 6, 'is not closed'],
    [
      'a list that holds nothing',
      'kind: List\nitems:\n- kind: A\n-\n- b\n',
      2,
      'item 1 of this list is empty',
    ],
    ['a list that holds a text', 'kind: List\nitems:\n- b\n', 3, 'item 0 of this list is a text'],
  ])('%s', (_, text, line, why) => {
    const said = refusal(() => readDocuments('input.yaml', text));
    expect(said).toMatch(new RegExp(`^input\\.yaml:${line}: [^\n]*\\.$`));
    expect(said).toContain(why);
    expect(said.length).toBeLessThan(200);
  });

  test.each([
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from('a: b\nc: "'), Buffer.from([0xc3, 0x28])]), 2],
    ['UTF-16', Buffer.from('\uFEFFa: b\n', 'utf16le'), 1],
  ])('%s', (_, bytes, line) => {
    expect(refusal(() => utf8Of('input.yaml', bytes))).toBe(
      `input.yaml:${line}: this line is not UTF-8; save the file as UTF-8.`,
    );
  });
});

describe('what is legal is taken', () => {
  test('an anchor that is used 105 times', () => {
    const items = Array.from(
      { length: 106 },
      (_, index) => `- metadata: { name: a${index}, labels: ${index === 0 ? '&l { app: x }' : '*l'} }\n`,
    );
    const docs = readDocuments('a', `apiVersion: v1\nkind: ConfigMapList\nitems:\n${items.join('')}`);
    expect(docs).toHaveLength(106);
    expect(docs[105]?.value).toMatchObject({ kind: 'ConfigMap', metadata: { labels: { app: 'x' } } });
    expect(docs[105]?.lineOf(['metadata', 'labels', 'app'])).toBe(109);
  });

  test('a map that is merged, with a key of its own', () => {
    const [doc] = readDocuments('a', object('x: &x { a: b, c: d }\ndata:\n  <<: *x\n  a: e\n'));
    expect(doc?.value).toMatchObject({ data: { a: 'e', c: 'd' } });
    expect(doc?.lineOf(['data', 'c'])).toBe(6);
  });

  test('10,000 documents, and 10,000 that are empty', () => {
    const text = Array.from({ length: 10_000 }, () => object('data: { a: b }\n')).join('---\n');
    expect(readDocuments('a', text)).toHaveLength(10_000);
    expect(readDocuments('a', '---\n'.repeat(10_000))).toEqual([]);
  });

  test('100,000 keys in one map', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `  k${index}: v\n`).join('');
    expect(readDocuments('a', object(`data:\n${keys}`))).toHaveLength(1);
  });

  test('a byte order mark', () => {
    const [doc] = readDocuments('a', `\uFEFF${object('data: { a: b }\n')}`);
    expect(doc?.lineOf(['data'])).toBe(5);
  });

  test('a key that every object has', () => {
    const [doc] = readDocuments('a', object('data: { __proto__: a, constructor: b }\n'));
    expect(Object.entries((doc?.value as { data: object }).data)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});

describe('scalars are what Kubernetes reads', () => {
  test.each([
    ['yes', true],
    ['off', false],
    ['1:30', '1:30'],
    ['2024-01-02', '2024-01-02'],
    ['0644', 420],
    ['0o644', 420],
    ['0x1f', 31],
    ['1_000', 1_000],
    ['1e3', 1_000],
    ['.5', 0.5],
    ['!secret x', 'x'],
    ['!!binary aGk=', 'aGk='],
    ['!!str 1', '1'],
    ["'1'", '1'],
  ])('%s', (written, read) => {
    const [doc] = readDocuments('a', object(`value: ${written}\n`));
    expect(doc?.value).toMatchObject({ value: read });
  });
});

describe('what stands in brackets or quotes may be indented less than YAML 1.2 wants', () => {
  const values = (text: string): unknown[] => readDocuments('a', text).map(({ value }) => value);

  test('a list, a map and a text', () => {
    const written = 'a: [\n  1,\n]\nb: {\nc: 2\n}\nd: "x\ny"\ne:\n- f: [\n1\n]\n';
    expect(values(written)).toEqual([{ a: [1], b: { c: 2 }, d: 'x y', e: [{ f: [1] }] }]);
  });

  test('lines keep their numbers', () => {
    const [doc] = readDocuments('a', 'a: [\n]\nb: c\n---\na: {\n}\nd: e\n');
    expect(doc?.lineOf(['b'])).toBe(3);
  });

  test('a text after | stays as it is', () => {
    expect(values('a: [\n]\nb: |\n  x: [\n  ]\n')).toEqual([{ a: [], b: 'x: [\n]\n' }]);
  });

  test.each([
    ['a quote', 'a: "b\nc: "d"\n', 2],
    ['a bracket', 'a:\n  b: [c\n  d: "e"\n', 3],
  ])('%s that is not closed is an error of its next line', (_, written, line) => {
    expect(() => values(written)).toThrow(new RegExp(`^a:${line}: `));
  });

  test('2,000 of them, one in a document', () => {
    expect(values('a: [\n]\n---\n'.repeat(2_000) + 'a: b\n')).toHaveLength(2_001);
  });

  test('more of them in one document than a person writes are an error of the first', () => {
    const lists = Array.from({ length: 10_000 }, (_, at) => `a${at}: [\n]\n`).join('');
    expect(() => values(lists)).toThrow(/^a:2: /);
  });
});
