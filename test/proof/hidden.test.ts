import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../proof/source.ts';
import { verifyChat } from './known.ts';

/** A field of a wrong type hides nothing else that is wrong, beside it or elsewhere, and is the cause of nothing more. */

const foundIn = (text: string): string[] =>
  verifyChat(readDocuments('a.yaml', text)).map(({ severity, code }) => `${severity} ${code}`);

const web = ({ name = 'web', port = '8080', probe = '8080', label = 'web', command = '[/app]' }): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: ${label} } }
  template:
    metadata: { labels: { app: ${label} } }
    spec:
      enableServiceLinks: false
      containers:
        - name: ${name}
          image: registry.example.org/own:1
          command: ${command}
          ports: [{ name: http, containerPort: ${port} }]
          readinessProbe: { httpGet: { path: /, port: ${probe} } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: ${label} }, ports: [{ port: 80, targetPort: http }] }
`;

const secret = (fields: string, key: string): string => `
apiVersion: v1
kind: Secret
metadata: { name: keys }
${fields}
---
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  enableServiceLinks: false
  containers:
    - name: app
      image: registry.example.org/own:1
      env: [{ name: KEY, valueFrom: { secretKeyRef: { name: keys, key: ${key} } } }]
`;

const mistyped = 'error INVALID_FIELD';
const gunicorn = '[gunicorn, --bind, "0.0.0.0:9000", app]';

describe('beside a field of a wrong type', () => {
  test.each([
    [
      'a number in a Secret, a key that is missing',
      secret('stringData: { port: 5432 }', 'pass'),
      'KEY_MISSING',
    ],
    ['a number for base64, a key that is missing', secret('data: { port: 5432 }', 'pass'), 'KEY_MISSING'],
    [
      'a truth value in a Secret, a key that is missing',
      secret('stringData: { tls: yes }', 'pass'),
      'KEY_MISSING',
    ],
    ['a port in quotes, the port of a probe', web({ port: '"8080"', probe: 'https' }), 'PROBE_PORT'],
    [
      'a port in quotes, another one that is listened on',
      web({ port: '"8080"', command: gunicorn }),
      'CONTAINER_PORT',
    ],
    [
      'a name that is no text, another port that is listened on',
      web({ name: 'n', command: gunicorn }),
      'CONTAINER_PORT',
    ],
    ['a label that is no text, the port of a probe', web({ label: 'off', probe: 'https' }), 'PROBE_PORT'],
  ])('%s is found', (_, text, code) => {
    expect(foundIn(text)).toEqual(expect.arrayContaining([mistyped, `error ${code}`]));
  });

  test.each([
    ['a number in a Secret that is asked for', secret('stringData: { port: 5432 }', 'port')],
    ['a number for base64 that is asked for', secret('data: { port: 5432 }', 'port')],
    ['a port in quotes that is right', web({ port: '"8080"' })],
    ['a name that is no text', web({ name: 'y' })],
    ['a label that is no text', web({ label: '1.10' })],
  ])('%s, nothing else is found', (_, text) => {
    expect(new Set(foundIn(text))).toEqual(new Set([mistyped]));
  });

  test('a label is what is written, not what YAML takes it for', () => {
    const text = web({ label: 'n' }).replace('selector: { app: n }', 'selector: { app: "n" }');
    expect(new Set(foundIn(text))).toEqual(new Set([mistyped]));
  });
});

test('a value of a Secret is not shown where it is no text', () => {
  const [found] = verifyChat(readDocuments('a.yaml', secret('stringData: { pin: 4711 }', 'pin')));
  expect(JSON.stringify(found)).not.toContain('4711');
});
