import { describe } from 'vitest';
import { configMap, deployment, is, judged, service, silent, type Fields } from './small-manifests.ts';

/** Forms that public sets of manifests have, and that are right. */

describe('a Service of pods that a custom resource makes', () => {
  const dashboard = (labels: Fields, namespace = 'default'): Fields => ({
    apiVersion: 'observability.example.com/v1',
    kind: 'Dashboard',
    metadata: { name: 'main', namespace },
    spec: { replicas: 2, podMetadata: { labels } },
  });
  const other = deployment('shop', {});
  judged([
    [
      'is not known',
      [service('board', 80), other, dashboard({ app: 'board' })],
      is('unknown', 'SELECTS_NOTHING'),
    ],
    [
      'of other labels',
      [service('board', 80), other, dashboard({ app: 'bored' })],
      is('warning', 'SELECTS_NOTHING'),
    ],
    [
      'of another namespace',
      [service('board', 80), other, dashboard({ app: 'bored' }), dashboard({ app: 'board' }, 'away')],
      is('warning', 'SELECTS_NOTHING'),
    ],
  ]);
});

describe('options of a shell', () => {
  const starts = (...command: string[]): Fields[] => [
    deployment('tool', { command: [...command, 'echo begin\nexec /app/tool serve'] }),
  ];
  judged([
    ['with c in their middle', starts('/bin/bash', '-ecx'), silent],
    ['with c at their end', starts('/bin/sh', '-xec'), silent],
    ['with c first', starts('bash', '-ce'), silent],
    ['without c', starts('/bin/bash', '-ex'), is('error', 'COMMAND')],
  ]);
});

describe('a claim', () => {
  const claim = (mode: string, storage: string): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'models' },
      spec: { accessModes: [mode], storageClassName: '', resources: { requests: { storage } } },
    },
    deployment(
      'model',
      { volumeMounts: [{ name: 'models', mountPath: '/models', readOnly: true }] },
      {
        volumes: [{ name: 'models', persistentVolumeClaim: { claimName: 'models' } }],
      },
    ),
  ];
  judged([
    [
      'of what others have written is a warning',
      claim('ReadOnlyMany', '10Gi'),
      is('warning', 'CLAIM_READ_ONLY'),
    ],
    [
      'of a file server that gives what it has is a warning',
      claim('ReadWriteMany', '1Mi'),
      is('warning', 'QUANTITY'),
    ],
    ['of a disk', claim('ReadWriteOnce', '10Gi'), silent],
  ]);
});

describe('a StatefulSet whose Service is not there', () => {
  const set = (serviceName: string): Fields => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'sync' },
    spec: {
      serviceName,
      selector: { matchLabels: { app: 'sync' } },
      template: {
        metadata: { labels: { app: 'sync' } },
        spec: { containers: [{ name: 'main', image: 'registry.example.org/own:1' }] },
      },
    },
  });
  const headless: Fields = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'sync-pods' },
    spec: { clusterIP: 'None', selector: { app: 'sync' }, ports: [{ port: 80 }] },
  };
  judged([
    ['runs, without names for its pods', [set('sync')], is('warning', 'OBJECT_MISSING')],
    [
      'names another than the headless one of its pods',
      [set('sync'), headless],
      is('error', 'OBJECT_MISSING'),
    ],
    ['is named nowhere', [set(''), headless], silent],
  ]);
});

describe('a ConfigMap that is not there', () => {
  const pod = deployment('web', { envFrom: [{ configMapRef: { name: 'settings' } }] });
  judged([
    ['is unknown where no ConfigMap is', [pod], is('unknown', 'OBJECT_MISSING')],
    ['is an error beside others', [pod, configMap('other', { A: 'b' })], is('error', 'OBJECT_MISSING')],
  ]);
});

describe('two declared ports', () => {
  const ports = (...list: Fields[]): Fields[] => [deployment('web', { ports: list })];
  judged([
    [
      'of one number have two names',
      ports({ name: 'http', containerPort: 80 }, { name: 'https', containerPort: 80 }),
      is('warning', 'PORT_TWICE'),
    ],
    [
      'of one name are refused',
      ports({ name: 'http', containerPort: 80 }, { name: 'http', containerPort: 81 }),
      is('error', 'PORT_TWICE'),
    ],
  ]);
});

describe('a Service labelled as another program than it selects', () => {
  const labelled = (name: string): Fields => ({
    ...service('web', 80),
    metadata: { name: 'web', labels: { 'app.kubernetes.io/name': name } },
    spec: { selector: { 'app.kubernetes.io/name': 'web' }, ports: [{ port: 80 }] },
  });
  const program = (name: string): Fields => {
    const labels = { 'app.kubernetes.io/name': name };
    const container = { name: 'main', image: 'registry.example.org/own:1' };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    };
  };
  judged([
    [
      'that is there',
      [labelled('shop'), program('shop'), program('web')],
      is('error', 'SELECTOR_OF_ANOTHER'),
    ],
    ['that is not there', [labelled('shop'), program('web')], silent],
  ]);
});
