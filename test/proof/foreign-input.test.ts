import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../proof/source.ts';

const refusal = (text: string): string => {
  try {
    readDocuments('input.yaml', text);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};
const object = (data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  text: ${data}\n`;

describe('what another tool reads is refused with the command to run first', () => {
  test.each([
    ['a value of a Helm template', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n'],
    ['an action on a line of its own', 'apiVersion: v1\n{{- if .Values.on }}\nkind: Service\n{{- end }}\n'],
    [
      'an include',
      'apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    {{- include "a.labels" . | nindent 4 }}\n',
    ],
    ['a value inside a text', 'kind: Pod\nmetadata:\n  name: {{ .Values.name }}-web\n'],
    ['a name in quotes', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: "{{ .Release.Name }}-web"\n'],
    [
      'a label in quotes',
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: { app: '{{ template "a.name" . }}' }\n`,
    ],
  ])('%s', (_, text) => {
    expect(refusal(text)).toBe(
      'input.yaml is a Helm template that was not rendered. Verify what it renders: helm template RELEASE CHART | npx mooring verify -',
    );
  });

  test.each([
    [
      'a kustomization',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
    ],
    ['one that does not say what it is', 'resources:\n- a.yaml\nnamePrefix: b-\n'],
    ['a component', 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: []\n'],
  ])('%s', (_, text) => {
    expect(refusal(text)).toContain('kubectl kustomize FOLDER | npx mooring verify -');
  });

  test.each([
    ['a Compose file', 'services:\n  web:\n    image: nginx\n'],
    ['an old one with a build', 'version: "3"\nservices:\n  web:\n    build: .\n'],
  ])('%s', (_, text) => {
    expect(refusal(text)).toContain('kompose convert --stdout | npx mooring verify -');
  });
});

describe('an object is taken', () => {
  test.each([
    [
      'whose text holds a template of another program',
      object('|\n    {{ define "alert" }}\n    {{ .Value }}\n    {{ end }}'),
    ],
    ['with a quoted placeholder', object('"{{ .CommonLabels.alertname }}"')],
    ['with a flow map', 'apiVersion: v1\nkind: Pod\nmetadata: { name: a, labels: { app: a } }\n'],
    [
      'of a kind with services',
      'apiVersion: example.com/v1\nkind: Mesh\nmetadata: { name: a }\nservices: { web: { image: a } }\n',
    ],
  ])('%s', (_, text) => {
    expect(refusal(text)).toBe('taken');
  });

  test('of broken YAML without a template, with line and reason', () => {
    expect(refusal('apiVersion: v1\nkind: [')).toMatch(/^input\.yaml:\d+: /);
  });
});

test('the settings of a transformer of kustomize are no object', () => {
  const text = 'apiVersion: builtin\nkind: LabelTransformer\nmetadata: { name: a }\nlabels: { app: a }\n';
  expect(readDocuments('input.yaml', text)).toEqual([]);
});
