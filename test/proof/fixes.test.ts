import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applied } from '../../proof/applied.ts';
import type { Finding } from '../../proof/findings.ts';
import { fixesOf, type Fixes } from '../../proof/fixes.ts';
import { readDocuments } from '../../proof/source.ts';
import { stringify } from 'yaml';
import { verifyChat } from './known.ts';
import { fileText, presetDocs, presets, fileDocs } from './manifests.ts';
import { mutantsOf } from './mutation/mutants.ts';
import { structuralMutantsOf } from './mutation/structural-mutants.ts';
import { deployment, env, service, textOf } from './small-manifests.ts';

const file = 'a.yaml';
const found = (text: string): Finding[] => verifyChat(readDocuments(file, text));
const mended = (text: string): Fixes => fixesOf([{ file, text }], found(text), verifyChat);
const textAfter = (text: string): string => mended(text).sources[0]?.text ?? '';
const keyOf = ({ code, message }: Finding): string => `${code} ${message}`;

/** Every finding that is said to be mended, by itself: applied literally, it goes away and none comes. */
function expectMended(text: string): number {
  const before = found(text);
  const known = new Set(before.map(keyOf));
  for (const one of before.filter(({ edits }) => edits)) {
    const { fixed } = fixesOf(
      [{ file, text }],
      [...before.filter((other) => other !== one).map(bare), one],
      verifyChat,
    );
    if (fixed.length === 0) continue;
    const after = found(applied(text, one.edits ?? []).text);
    expect(after.map(keyOf)).not.toContain(keyOf(one));
    expect(
      after.filter((other) => !known.has(keyOf(other)) && !isSamePlace(before, other)).map(keyOf),
    ).toEqual([]);
  }
  return mended(text).fixed.length;
}

const bare = (finding: Finding): Finding => ({ ...finding, edits: undefined });
const isSamePlace = (all: readonly Finding[], { code, here }: Finding): boolean =>
  all.some((one) => one.code === code && one.here.field === here.field);

describe('applied literally, a fix makes its finding go away and leads to no other', () => {
  const broken = globSync('broken/*.yaml', { cwd: import.meta.dirname })
    .sort()
    .filter((name) => !/\/2[567]-/.test(name));

  test('in the broken manifests, of each that has one', () => {
    const counts = broken.map((name) => {
      const text = fileText(name);
      return [expectMended(text), found(text).filter(({ edits }) => edits).length] as const;
    });
    expect(counts.reduce((sum, [fixed]) => sum + fixed, 0)).toBeGreaterThan(10);
    // Here no candidate is refused: each names the cause.
    expect(counts.filter(([fixed, candidates]) => fixed !== candidates)).toEqual([]);
  });

  test('in a sample of the mutants of our own manifests', () => {
    const every = 199;
    let fixed = 0;
    for (const docs of [...presets.map(presetDocs), fileDocs('handwritten/assistant.yaml')])
      for (const mutants of [mutantsOf(docs), structuralMutantsOf(docs)]) {
        let index = 0;
        for (const mutant of mutants)
          if (index++ % every === 0)
            fixed += expectMended(
              mutant.docs.map(({ value }) => stringify(value, { version: '1.1' })).join('---\n'),
            );
      }
    expect(fixed).toBeGreaterThan(8);
  }, 60_000);
});

describe('a fix keeps', () => {
  const app = textOf(deployment('web', { ports: [{ name: 'http', containerPort: 8080 }] }));
  const serviceLines = (port: string): string =>
    `apiVersion: v1\nkind: Service # public\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports:\n    # one\n    - port: 80\n      ${port}\n`;

  test.each([
    ['comments', 'targetPort: htpp # of the app', 'targetPort: http # of the app'],
    ['single quotes', "targetPort: 'htpp'", "targetPort: 'http'"],
    ['double quotes', 'targetPort: "htpp"   ', 'targetPort: "http"   '],
    ['the spaces of a misspelt key', 'targetport :  http', 'targetPort :  http'],
  ])('%s', (_, wrong, right) => {
    const text = `${serviceLines(wrong)}---\n${app}`;
    expect(textAfter(text)).toBe(text.replace(wrong, right));
  });

  test('CRLF, and writes new lines so', () => {
    const text = `${serviceLines('name: main')}---\n${app}`.replaceAll('\n', '\r\n');
    const after = textAfter(text);
    expect(after).toContain('    # one\r\n    - targetPort: http\r\n      port: 80\r\n');
    expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('the mark at the begin of a file', () => {
    const text = `\uFEFF${serviceLines('targetport: http')}---\n${app}`;
    expect(textAfter(text)).toBe(text.replace('targetport', 'targetPort'));
  });

  test('flow style, and JSON', () => {
    const item =
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}';
    expect(textAfter(`${item}\n---\n${app}`)).toContain('"ports":[{"targetPort": "http", "port":80}]');
  });

  test('the indentation in brackets that YAML 1.2 would want deeper', () => {
    const text =
      'apiVersion: v1\nkind: Service\nmetadata: {\nname: web,\n}\nspec:\n  selector: {app: web}\n  ports: [\n{ port: 80,\n  targetPort: http }, # one\n{ name: b, port: 81, targetPort: 8080 }\n]\n';
    const wrong = text.replace('port: 81', 'port: "81"').replace('targetPort: http', 'targetPort: htpp');
    expect(textAfter(`${wrong}---\n${app}`)).toContain('port: 81, targetPort: 8080 }\n]\n---');
    expect(textAfter(`${wrong}---\n${app}`)).toContain('\n  targetPort: http }, # one\n{ name: b');
  });

  test('the items of a List', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- ${serviceLines('targetPort: htpp').replaceAll('\n', '\n  ').trimEnd()}\n---\n${app}`;
    expect(textAfter(text)).toBe(text.replace('htpp', 'http'));
  });

  test('the other entries of a list where one is taken away', () => {
    const text = textOf(deployment('web', { env: env({ A: '1' }) })).replace(
      /^( *)- name: A\n *value: "1"\n/m,
      '$1- name: A # first\n$1  value: "1"\n$1# between\n$1- {name: A, value: "1"}\n$1- name: B\n$1  value: "2"\n',
    );
    expect(textAfter(text)).toBe(text.replace(/^ *- \{name: A, value: "1"\}\n/m, ''));
  });
});

describe('a misplaced field is moved to the one place it may have', () => {
  const pod = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: web # the only one
          image: registry.example.org/web:1
          args: [serve]
`;
  const ports = `      ports: # of the app
        - containerPort: 8080
          # for people
          name: http
`;

  test('from a pod to its container, with its comments and deeper', () => {
    const after = textAfter(pod + ports);
    expect(after).toContain(`        - ports: # of the app
            - containerPort: 8080
              # for people
              name: http
          name: web # the only one
`);
    expect(after.match(/ports:/g)).toHaveLength(1);
    expect(found(after)).toEqual([]);
  });

  test('from a container to its pod, less deep', () => {
    const after = textAfter(
      `${pod}          hostAliases:\n            - ip: 10.0.0.1\n              hostnames: [a]\n`,
    );
    expect(after).toContain(
      '      hostAliases:\n        - ip: 10.0.0.1\n          hostnames: [a]\n      containers:\n',
    );
    expect(found(after)).toEqual([]);
  });

  test('out of a template, and in JSON', () => {
    const json = JSON.stringify(readDocuments(file, pod)[0]?.value).replace(
      '"template":{',
      '"template":{"replicas":2,',
    );
    expect(textAfter(json)).toContain('"spec":{"replicas":2, "selector"');
    expect(found(textAfter(json))).toEqual([]);
  });

  test('in an item of a List', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- ${(pod + ports).trimEnd().replaceAll('\n', '\n  ')}\n`;
    expect(found(textAfter(text))).toEqual([]);
    expect(textAfter(text)).toContain(
      '          - ports: # of the app\n              - containerPort: 8080\n',
    );
  });

  test.each([
    [
      'of two containers',
      `${pod}        - name: other\n          image: registry.example.org/other:1\n${ports}`,
    ],
    ['where another one stands', `${pod}          ports: [{ containerPort: 80 }]\n${ports}`],
    ['where its part is not there', `${pod}          runAsNonRoot: true\n`],
    ['that holds a secret', `${pod}      env:\n        - name: DB_PASSWORD\n          value: hunter2\n`],
  ])('but not %s', (_, text) => {
    expect(found(text).map(({ code }) => code)).toContain('FIELD_UNKNOWN');
    expect(textAfter(text)).toBe(text);
  });
});

describe('there is no fix', () => {
  test('where two ports could be meant', () => {
    const text = textOf(
      {
        ...service('web', 80, 9999),
        spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'web' }] },
      },
      deployment('web', {
        ports: [
          { name: 'weba', containerPort: 1 },
          { name: 'webb', containerPort: 2 },
        ],
      }),
    );
    expect(found(text).map(({ code, edits }) => [code, edits])).toEqual([['TARGET_PORT_UNKNOWN', undefined]]);
  });

  test('of what an anchor makes part of other values', () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {x: &v 1, y: *v}}\n`;
    expect(found(text).map(({ code, edits }) => [code, edits])).toEqual([
      ['INVALID_FIELD', undefined],
      ['INVALID_FIELD', undefined],
    ]);
  });

  test('that shows what is in a Secret', () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {PIN: 1234}\n';
    const [finding] = found(text);
    expect(finding).toMatchObject({ code: 'INVALID_FIELD' });
    expect(finding?.edits).toBeUndefined();
  });
});

test('of two edits that overlap the first is taken, and of two that are the same, one', () => {
  const at = (column: number, end: number, text: string) => ({
    start: { line: 1, column },
    end: { line: 1, column: end },
    text,
  });
  const [first, second, same] = [at(2, 4, 'X'), at(3, 5, 'Y'), at(2, 4, 'X')];
  expect(applied('abcdef', [first, second, same, at(6, 6, '!')])).toEqual({
    text: 'aXde!f',
    leftOut: [second],
  });
});
