import { expect, test } from 'vitest';
import { findingsIn, store, type Fields } from './small-manifests.ts';

/** Which of several lines is at fault. */

const inNamespace = (namespace: string, object: Fields): Fields => ({
  ...object,
  metadata: { ...(object['metadata'] as Fields), namespace },
});

const ingress = (name: string): Fields => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'front' },
  spec: { defaultBackend: { service: { name, port: { number: 8080 } } } },
});

const front = store('front', 'registry.example.org/front:1', 8080).map((one) => inNamespace('shop', one));

test('an Ingress that is in another namespace than its Service has its namespace at fault', () => {
  const [finding, ...others] = findingsIn(...front, inNamespace('edge', ingress('front')));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    code: 'HOST_UNKNOWN',
    severity: 'error',
    here: { field: 'metadata.namespace', value: 'edge' },
  });
});

test('an Ingress that names no Service of any namespace has the name at fault', () => {
  const [finding] = findingsIn(...front, inNamespace('shop', ingress('frond')));
  expect(finding?.here.field).toBe('spec.defaultBackend.service.name');
});
