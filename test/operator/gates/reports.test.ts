import { expect, test } from 'vitest';
import type { StackKind } from '../../../model/stack-kind.ts';
import { Reports } from '../../../operator/gates/reports.ts';
import type { StackResource } from '../../../operator/reconcile/resource.ts';
import { shopKind, type ShopStack } from '../../kinds/shop-kind.ts';

let read = 0;
/** A kind whose worker reports as well where there are many web servers. */
const kind = {
  ...shopKind,
  stack: (document: ShopStack) => {
    read++;
    const stack = shopKind.stack(document);
    const report = { port: 'http', readyz: '/late', config: '/late-config' };
    const services = stack.services.map((service) =>
      service.name === 'worker' && document.spec.web.replicas > 1 ? { ...service, report } : service,
    );
    return { ...stack, services };
  },
} as unknown as StackKind;

const shop = (replicas: number, generation = 1, uid = 'one'): StackResource => ({
  apiVersion: shopKind.apiVersion,
  kind: shopKind.kind,
  metadata: { name: 'orders', namespace: 'shop', uid, generation },
  spec: { web: { replicas } },
});
const key = 'shop/orders';

test('a service that reports outside the defaults of its kind is asked where its own document says', () => {
  const reports = new Reports(kind);
  expect(reports.of(key, shop(2)).get('worker')?.readyz).toBe('/late');
  expect(reports.of(key, shop(2)).get('web')?.readyz).toBe('/ready');
  expect(reports.of('shop/other', shop(1)).has('worker')).toBe(false);
});

test('a document is read once for each generation, however often its pods are asked', () => {
  const reports = new Reports(kind);
  reports.of(key, shop(2));
  const before = read;
  reports.of(key, { ...shop(2), status: { revision: 1 } });
  expect(read).toBe(before);
  reports.of(key, shop(2, 2));
  expect(read).toBe(before + 1);
});

test('pods of an earlier document are asked where it said, also after a document that is refused', () => {
  const reports = new Reports(kind);
  reports.of(key, shop(2));
  expect(reports.of(key, shop(99, 2)).get('worker')?.readyz).toBe('/late');
  expect(reports.of(key, shop(1, 3)).get('worker')?.readyz).toBe('/late');
});

test('a resource of the same name that was made anew has nothing of the one before', () => {
  const reports = new Reports(kind);
  reports.of(key, shop(2));
  expect(reports.of(key, shop(1, 1, 'two')).has('worker')).toBe(false);
});

test('a new operator asks the pods of a refused document where the defaults of its kind report', () => {
  expect(new Reports(kind).of(key, shop(99)).get('web')?.readyz).toBe('/ready');
});
