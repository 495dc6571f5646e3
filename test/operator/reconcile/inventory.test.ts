import { expect, test } from 'vitest';
import type { Converged } from '../../../operator/reconcile/converged.ts';
import { inventoryAfter, inventoryOf } from '../../../operator/reconcile/inventory.ts';

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop-web' } };
const none = inventoryOf(undefined);
const after = (before: typeof none, converged: Partial<Converged>) => {
  const inventory = inventoryAfter(before, new Map([[service, { problems: [], ...converged }]]));
  return inventoryOf(inventory);
};
const there = after(none, {});

test.each<[string, boolean, typeof none, Partial<Converged>]>([
  ['was applied', true, none, {}],
  ['was left as others made it', true, none, { isLeft: true }],
  ['could not be applied', false, none, { problems: ['no'] }],
  ['was there and could not be changed', true, there, { problems: ['no'] }],
  ['is recreated, and absent for a while', false, there, { pending: 'later' }],
])(
  'an absent object of a document that %s was deleted by somebody else: %s',
  (_, expected, before, converged) => {
    expect(after(before, converged).has(service)).toBe(expected);
    expect(after(before, converged).has({ ...service, kind: 'Secret' })).toBe(false);
  },
);
