import { expect, test } from 'vitest';
import { asWritten } from '../../model/as-written.ts';

const written = {
  apiVersion: 'example.test/v1',
  kind: 'Shop',
  metadata: { name: 'one', namespace: 'shops' },
  spec: { replicas: 2 },
};

test('what an API server has of a document is what its author wrote', () => {
  const live = {
    ...written,
    metadata: {
      ...written.metadata,
      ...{ uid: '1', resourceVersion: '7', generation: 3, annotations: { a: 'b' }, managedFields: [] },
    },
    status: { conditions: [] },
  };
  expect(asWritten(live)).toEqual(written);
});

test.each([[undefined], [null], ['text'], [[]], [{ metadata: null }], [{ ...written, status: {}, more: 1 }]])(
  'any other value stays as it is, so that an unknown key is told: %j',
  (value) => {
    expect(asWritten(value)).toBe(value);
  },
);
