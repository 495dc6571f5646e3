import { describe } from 'vitest';
import { deployment, is, judged, service, silent, type Fields } from './small-manifests.ts';

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
