import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { applied } from '../../proof/applied.ts';
import type { FindingCode } from '../../proof/codes.ts';
import type { Finding } from '../../proof/findings.ts';
import { readDocuments } from '../../proof/source.ts';
import { verifyChat } from './known.ts';

/** Small manifests of people's own programs, and variations of them that are judged. */

export type Fields = Readonly<Record<string, unknown>>;

/** Objects as they are written in one file. */
export const textOf = (...objects: Fields[]): string =>
  objects.map((one) => stringify(one, { version: '1.1' })).join('---\n');

/** What is found in objects, as they are written in one file. */
export const findingsIn = (...objects: Fields[]): Finding[] =>
  verifyChat(readDocuments('a.yaml', textOf(...objects)));

/** The findings of objects, the line of the first, and what is found when its fix was applied to the letter. */
export function mended(...objects: Fields[]): {
  readonly found: readonly Finding[];
  readonly line: string | undefined;
  readonly left: readonly Finding[];
} {
  const text = textOf(...objects);
  const found = verifyChat(readDocuments('a.yaml', text));
  const [first] = found;
  return {
    found,
    line: text.split('\n')[(first?.here.line ?? 0) - 1],
    left: verifyChat(readDocuments('a.yaml', applied(text, first?.edits ?? []).text)),
  };
}

const findings = (...objects: Fields[]): string[] =>
  findingsIn(...objects).map(({ severity, code }) => `${severity} ${code}`);

/** A Deployment of one container. */
export function deployment(name: string, container: Fields, pod: Fields = {}): Fields {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          enableServiceLinks: false,
          ...pod,
          containers: [{ name: 'main', image: 'registry.example.org/own:1', ...container }],
        },
      },
    },
  };
}

export const service = (name: string, port: number, targetPort = port): Fields => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ name: 'main', port, targetPort }] },
});

export const configMap = (name: string, data: Fields): Fields => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

/** A Deployment of one container with a ConfigMap of one file in a folder of its own. */
export const mounting = (name: string, file: string, text: string): Fields[] => [
  configMap('files', { [file]: text }),
  deployment(
    name,
    { volumeMounts: [{ name: 'files', mountPath: `/etc/${name}` }] },
    { volumes: [{ name: 'files', configMap: { name: 'files' } }] },
  ),
];

export const env = (variables: Readonly<Record<string, string>>): Fields[] =>
  Object.entries(variables).map(([name, value]) => ({ name, value }));

export const store = (name: string, image: string, port: number): Fields[] => [
  service(name, port),
  deployment(name, { image, ports: [{ containerPort: port }] }),
];

export type Variation = [string, Fields[], string[]];
export const is = (severity: 'error' | 'warning' | 'unknown', code: FindingCode): string[] => [
  `${severity} ${code}`,
];
export const silent: string[] = [];

export const judged = (variations: readonly Variation[]): void => {
  test.each(variations)('%s', (_, objects, expected) => {
    expect(findings(...objects)).toEqual(expected);
  });
};
