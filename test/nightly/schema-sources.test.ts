import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KubernetesSchema } from '../../proof/schemas/kubernetes-types.ts';
import { kubernetesSchemaFile } from '../../scripts/kubernetes-schemas.ts';
import { differences } from './schema-sources.ts';

test('what differs of two schemas is told by its name: what is changed, missing and more', () => {
  const kept = readFileSync(kubernetesSchemaFile, 'utf8');
  expect(differences(kept, kept)).toEqual([]);
  const { types, kinds, retired, versions } = JSON.parse(kept) as KubernetesSchema;
  const others = Object.fromEntries(Object.entries(kinds).filter(([version]) => version !== 'apps/v1'));
  const changed = {
    versions,
    kinds: others,
    types: { ...types, 'api.core.v1.Taint': { fields: {} } },
    retired: { ...retired, 'shop/v1': { Order: { removed: '1.35' } } },
  };
  expect(differences(kept, JSON.stringify(changed))).toEqual([
    'kinds apps/v1',
    'types api.core.v1.Taint',
    'retired shop/v1',
  ]);
});
