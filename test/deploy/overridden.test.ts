import { expect, test } from 'vitest';
import { overriddenText } from '../../deploy/overridden.ts';
import type { KubeObject } from '../../kube/objects.ts';

const configMap = (name: string, data: Readonly<Record<string, string>>): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
  data,
});
const objects = [
  configMap('web-config', { PORT: '80', LEVEL: 'info' }),
  configMap('shared', { LEVEL: 'warn' }),
];
const containers = [
  {
    name: 'web',
    envFrom: [
      { configMapRef: { name: 'web-config' } },
      { prefix: 'WEB_', configMapRef: { name: 'web-config' } },
      { configMapRef: { name: 'shared' } },
    ],
  },
  { name: 'side' },
];
const web: KubeObject = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
  spec: { template: { spec: { containers } } },
};
const at = (container: string, field: string, name: string): string[] => [
  ...['spec', 'template', 'spec', 'containers', `[${container}]`],
  ...[field, `[${name}]`],
];

test.each([
  ['a key of its ConfigMap', at('web', 'env', 'PORT'), 'PORT of ConfigMap web-config, "80"'],
  ['a key with a prefix', at('web', 'env', 'WEB_PORT'), 'PORT of ConfigMap web-config, "80"'],
  ['the last of two ConfigMaps', at('web', 'env', 'LEVEL'), 'LEVEL of ConfigMap shared, "warn"'],
  ['nothing that is rendered', at('web', 'env', 'OTHER'), undefined],
  ['nothing in a container without a ConfigMap', at('side', 'env', 'PORT'), undefined],
  ['nothing where it is no variable', at('web', 'ports', 'PORT'), undefined],
])('a variable that is used instead of %s', (_, steps, expected) => {
  expect(overriddenText(objects, web, steps)).toBe(expected);
});
