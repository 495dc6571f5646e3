import { describe, expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { StackError } from '../../model/define-stack.ts';
import { readAnyDocument, type Kinds } from '../../model/kinds.ts';
import { shopKind } from '../kinds/shop-kind.ts';

const both: Kinds = [chatKind, shopKind];
const refusal = (kinds: Kinds, raw: unknown): StackError => {
  try {
    readAnyDocument(kinds, raw, 'stack.yaml');
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
  throw new Error('The document was not refused.');
};

describe('a document of several kinds', () => {
  test('is of the kind it says, with the defaults of that kind', () => {
    const { kind, document, warnings } = readAnyDocument(both, { kind: 'ShopStack' }, 'stack.yaml');
    expect(kind).toBe(shopKind);
    expect(document).toMatchObject({ apiVersion: 'example.com/v1alpha1', metadata: { name: 'shop' } });
    expect(warnings).toEqual([]);
  });

  test.each([
    ['is empty', {}],
    ['is not there', undefined],
  ])('that %s is of the first kind', (_, raw) => {
    expect(readAnyDocument(both, raw, 'stack.yaml').kind).toBe(chatKind);
    expect(readAnyDocument([shopKind, chatKind], raw, 'stack.yaml').kind).toBe(shopKind);
  });

  test('of none of them is refused with the nearest', () => {
    const { message, problems } = refusal(both, { kind: 'ChatStak' });
    expect(message).toContain(
      'kind: "ChatStak"; expected one of ChatStack, ShopStack. Did you mean "ChatStack"?',
    );
    expect(problems).toMatchObject([{ field: ['kind'] }]);
  });

  test.each([['Deployment'], [7], [null], [{ name: 'ShopStack' }]])(
    'of the kind %j is refused without a guess',
    (kind) => {
      const { message } = refusal(both, { kind });
      expect(message).toContain(`kind: ${JSON.stringify(kind)}; expected one of ChatStack, ShopStack.`);
      expect(message).not.toContain('Did you mean');
    },
  );

  test('with a key of another kind is refused', () => {
    expect(refusal(both, { kind: 'ShopStack', spec: { neo4j: {} } }).message).toContain('neo4j');
  });
});

describe('a document where there is one kind only', () => {
  test('of another kind is refused by its schema', () => {
    expect(refusal([shopKind], { kind: 'ChatStack' }).message).toMatch(/kind: .*"?ShopStack"?/);
  });
});

describe('forms of earlier releases', () => {
  const old = { spec: { backend: { nodePort: false } } };

  test('are rewritten by the kind that knows them, and told', () => {
    const { document, warnings } = readAnyDocument(both, old, 'stack.yaml');
    expect(document.spec).toMatchObject({ backend: { nodePort: { enabled: false } } });
    expect(warnings).toHaveLength(1);
  });

  test('are no forms of another kind', () => {
    expect(refusal(both, { ...old, kind: 'ShopStack' }).message).toContain('backend');
  });
});

describe('a group that is switched off', () => {
  const warningsOf = (backend: object): readonly string[] =>
    readAnyDocument(both, { spec: { backend } }, 'stack.yaml').warnings;

  test('and has further fields is accepted with a warning that names them', () => {
    expect(
      warningsOf({
        autoscaling: { enabled: false, minReplicas: 2, maxReplicas: 4 },
      }),
    ).toEqual([
      'spec.backend.autoscaling: minReplicas and maxReplicas have no effect where enabled is false. Remove them, or write enabled: true.',
    ]);
  });

  test('is told of one field, too', () => {
    expect(warningsOf({ autoscaling: { enabled: false, cpuPercent: 50 } })).toEqual([
      'spec.backend.autoscaling: cpuPercent has no effect where enabled is false. Remove it, or write enabled: true.',
    ]);
  });

  test('is refused by a kind that says so: a node port needs no number where there is none', () => {
    const spec = { backend: { nodePort: { enabled: false, port: 30_080 } } };
    expect(refusal(both, { spec }).message).toContain('no port where enabled is false');
  });

  test.each([
    ['alone', { autoscaling: { enabled: false }, nodePort: { enabled: false } }],
    ['beside a field that is unset', { autoscaling: { enabled: false, minReplicas: null } }],
    ['in the form of an earlier release', { autoscaling: false }, 1],
    ['on', { autoscaling: { enabled: true, minReplicas: 2 }, nodePort: { enabled: true, port: 30_080 } }],
  ])('%s has no such warning', (_, backend, others = 0) => {
    expect(warningsOf(backend)).toHaveLength(others);
  });
});
