import { describe, expect, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { crdOf } from '../../../operator/manifests/crd.ts';
import { structural } from '../../../operator/manifests/structural.ts';
import { shopKind } from '../../kinds/shop-kind.ts';

describe('the CRD of a kind', () => {
  test('has the names the kind has', () => {
    expect(crdOf(chatKind)).toMatchObject({
      metadata: { name: 'chatstacks.mooring.dev' },
      spec: { group: 'mooring.dev', names: { kind: 'ChatStack', shortNames: ['cstack'] } },
    });
  });

  test.each([
    ['ChatStack', crdOf(chatKind), ['Ready', 'Status', 'Redis', 'Neo4j', 'Qdrant', 'Revision', 'Age']],
    ['ShopStack', crdOf(shopKind), ['Ready', 'Status', 'Queue', 'Revision', 'Age']],
  ])('of %s has a column for its reasons and for each gate', (_, { spec }, columns) => {
    expect(spec.versions[0]?.additionalPrinterColumns.map(({ name }) => name)).toEqual(columns);
  });

  test('has the scale subresource where the kind says what is scaled', () => {
    const scaled = crdOf({ ...shopKind, scale: { replicasPath: 'spec.web.replicas', service: 'web' } });
    expect(scaled.spec.versions[0]?.subresources.scale).toEqual({
      specReplicasPath: '.spec.web.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    });
    expect(crdOf(shopKind).spec.versions[0]?.subresources).toEqual({ status: {} });
  });
});

describe('a structural schema', () => {
  test('lets unknown fields to the API server, and keeps the schema of a map', () => {
    const map = { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } };
    expect(structural({ type: 'object', additionalProperties: false, properties: { map } })).toEqual({
      type: 'object',
      properties: { map },
    });
  });

  test('with rules has a default that the rules can be held against: what is inside is filled in', () => {
    const hour = (value: number) => ({ type: 'integer', default: value });
    const rules = [{ rule: 'self.low <= self.high' }];
    const day = {
      ...{ type: 'object', default: {}, 'x-kubernetes-validations': rules },
      properties: { low: hour(8), high: hour(18), note: { type: 'string' } },
    };
    expect(structural({ type: 'object', properties: { day } })).toMatchObject({
      properties: { day: { default: { low: 8, high: 18 } } },
    });
  });

  test('is not made of a keyword it does not know, which is named with its place', () => {
    const list = { type: 'array', items: { type: 'string', contentEncoding: 'base64' } };
    expect(() => structural({ type: 'object', properties: { list } })).toThrow(
      'list[] has the JSON schema keyword "contentEncoding", which a CustomResourceDefinition cannot say.',
    );
  });
});
