import { AssertionError } from 'node:assert';
import { expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { isWorkload } from '../../model/stack.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { assertStackVerifies } from '../../testing.ts';
import { shopKind, type ShopStack } from '../kinds/shop-kind.ts';

test.each([chatKind, shopKind])('the defaults of $kind verify', (kind: StackKind) => {
  expect(assertStackVerifies(kind).services.length).toBeGreaterThan(0);
});

test('a document is taken as a user writes it', () => {
  expect(assertStackVerifies(shopKind, { metadata: { name: 'corner' } }).name).toBe('corner');
  expect(() => assertStackVerifies(shopKind, { metadata: { nmae: 'corner' } })).toThrow('nmae');
});

/** Shops whose queue asks for more memory than it may have. */
const contradictory: StackKind<ShopStack> = {
  ...shopKind,
  stack: (document) => {
    const stack = shopKind.stack(document);
    const resources = { requests: { cpu: '10m', memory: '2Gi' }, limits: { memory: '1Gi' } };
    const services = stack.services.map((service) =>
      service.name === 'queue' && isWorkload(service)
        ? { ...service, container: { ...service.container, resources } }
        : service,
    );
    return { ...stack, services };
  },
};

test('manifests that contradict each other are an AssertionError with findings, as verify prints them', () => {
  const assert = (): unknown => assertStackVerifies(contradictory);
  expect(assert).toThrow(AssertionError);
  expect(assert).toThrow(/the manifests of shop:\d+: error: QUANTITY: [^]*2Gi/);
});
