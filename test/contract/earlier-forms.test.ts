import { describe, expect, test } from 'vitest';
import { chatStack } from '../../contract/chat-stack.ts';
import { rewriteEarlierForms } from '../../contract/earlier-forms.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';

const documentOf = (backend: object) => ({ metadata: { name: 'clinic' }, spec: { backend } });

describe('a form of an earlier release', () => {
  test.each([
    ['autoscaling off', { autoscaling: false }, { autoscaling: { enabled: false } }],
    [
      'bounds of autoscaling',
      { autoscaling: { minReplicas: 2, maxReplicas: 4 } },
      { autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 4 } },
    ],
    ['no node port', { nodePort: false }, { nodePort: { enabled: false } }],
    [
      'a node port',
      { nodePort: 30_090, replicas: 2 },
      { nodePort: { enabled: true, port: 30_090 }, replicas: 2 },
    ],
  ])('%s is rewritten, with a warning that has both', (_, before, after) => {
    const { document, warnings } = rewriteEarlierForms(documentOf(before));
    expect(document).toEqual(documentOf(after));
    expect(warnings).toHaveLength(1);
    const [key = ''] = Object.keys(before);
    expect(warnings[0]).toContain(`spec.backend.${key}: ${JSON.stringify(Object.values(before)[0])}`);
    expect(chatStack(readChatStack(document, 'a test')).name).toBe('clinic');
    expect(() => readChatStack(documentOf(before), 'a test')).toThrow(`spec.backend.${key}`);
  });

  test.each([
    [
      'the new form',
      documentOf({ autoscaling: { enabled: false }, nodePort: { enabled: true, port: 30_090 } }),
    ],
    ['an empty document', null],
    ['a text', 'ChatStack'],
    ['a list', { spec: { backend: [false] } }],
    ['what was wrong before, too', documentOf({ autoscaling: true, nodePort: '30090' })],
    ['a key of the prototype', { spec: Object.create({ backend: { nodePort: false } }) as object }],
  ])('%s is left as it is', (_, document) => {
    expect(rewriteEarlierForms(document)).toEqual({ document, warnings: [] });
  });
});
