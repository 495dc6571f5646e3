import { describe, expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { stringifyManifests } from '../../charts-ts/yaml.ts';
import { kindOfStack } from '../../config/kind-of-stack.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { defineStack } from '../../model/define-stack.ts';
import { documented, readAnyDocument } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import type { ServiceDefinition } from '../../model/stack.ts';
import { whole } from '../../model/variable.ts';
import { verifyManifests } from '../../proof/packs/verify-manifests.ts';

const stack = chatKind.stack(chatKind.schema.parse({}));
const kind = kindOfStack(stack, 'mooring.config.ts');

test('its document holds the whole stack, so that a later one can be built from an earlier document', () => {
  const { document } = readAnyDocument([kind], undefined, 'mooring.config.ts');
  const kept: unknown = JSON.parse(JSON.stringify(document));
  const later = kindOfStack({ ...stack, services: [] }, 'mooring.config.ts');
  const read = readAnyDocument([later, chatKind], kept, 'Revision 1');
  expect(read.kind).toBe(later);
  expect(read.kind.stack(read.document)).toEqual(stack);
});

test('people write documents of the other kinds alone, and one without a kind is of the first of those', () => {
  expect(documented([kind, chatKind])).toEqual([chatKind]);
  expect(readAnyDocument([kind, chatKind], {}, 'stack.yaml').kind).toBe(chatKind);
  expect(() => readAnyDocument([kind, chatKind], { kind: 'Shop' }, 'stack.yaml')).toThrow(
    /expected ChatStack|expected one of ChatStack\./,
  );
});

describe('verify knows its services', () => {
  const service = (name: string, variable: string): ServiceDefinition => ({
    ...{ name, doc: 'one of two', kind: 'stateless', replicas: 1, terminationGraceSeconds: 30 },
    variables: { [variable]: whole(1, 9, { default: 3, doc: 'how many' }) },
    container: {
      image: 'example.com/shop/all:1',
      command: ['python', '-m', name],
      user: { uid: 1000, gid: 1000 },
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '64Mi' } },
    },
  });
  // Called as one of the chat's, and two of one image.
  const services = [service('backend', 'MOST_TABS'), service('worker', 'MOST_TASKS')];
  const coded = defineStack({ name: 'shop', namespace: 'shop', services });
  const text = stringifyManifests(renderStack(coded));
  const codes = (changed: string, kinds: readonly StackKind[]): string[] =>
    verifyManifests([{ file: 'all.yaml', text: changed }], kinds).map(({ code }) => code);
  const kinds = [kindOfStack(coded, 'mooring.config.ts', chatKind.programs), chatKind];

  test('also one that is called as one of the chat, and several of one image', () => {
    expect(codes(text, kinds)).toEqual([]);
  });

  test('one that is called as the chat’s backend need not stop as it does', () => {
    const changed = text.replaceAll('terminationGracePeriodSeconds: 30', 'terminationGracePeriodSeconds: 10');
    expect(changed).not.toBe(text);
    expect(codes(changed, kinds)).toEqual([]);
  });

  test('sabotage: without it, such a service is taken for the one of the chat', () => {
    expect(codes(text, [chatKind])).not.toEqual([]);
  });

  test('a value that its own variable does not take is found', () => {
    const changed = text.replace('MOST_TASKS: "3"', 'MOST_TASKS: "30"');
    expect(changed).not.toBe(text);
    expect(codes(changed, kinds)).toEqual(['ENV_INVALID']);
  });
});
