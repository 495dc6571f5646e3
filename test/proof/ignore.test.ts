import { expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { ignoreOf } from '../../proof/ignore.ts';
import { knowledgeOf } from '../../proof/knowledge.ts';
import { readDocuments } from '../../proof/source.ts';
import { verifySifted, type VerifyChoice } from '../../proof/verify.ts';

/** A Service that no pod of the Deployment beside it belongs to. */
const manifests = (annotation?: string): string => `
apiVersion: v1
kind: Service
metadata:
  name: shop
${annotation === undefined ? '' : `  annotations:\n    mooring.dev/ignore: ${JSON.stringify(annotation)}`}
spec:
  selector: { app: shopp }
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers: [{ name: web, image: example.com/shop:1, ports: [{ containerPort: 80 }] }]
`;
const judged = (text: string, choice: VerifyChoice = {}) => {
  const { findings, ignored } = verifySifted(
    readDocuments('shop.yaml', text),
    knowledgeOf([chatKind]),
    [],
    choice,
  );
  return {
    codes: findings.map(({ code }) => code),
    messages: findings.map(({ message }) => message),
    ignored,
  };
};
const [found] = judged(manifests()).codes;

test('an annotation with a code and a reason leaves that finding of its object out, and it is counted', () => {
  expect(found).toBeDefined();
  expect(judged(manifests(`${found} the pods come with another chart`))).toMatchObject({
    codes: [],
    ignored: 1,
  });
});

test.each([
  ['without a reason', `${found}`, [found, 'IGNORE'], 'without a reason'],
  ['of what is not found', 'PORT_NOT_SERVED known', [found, 'IGNORE'], 'not found in this object'],
  ['of no code', 'SELECTOR known', [found, 'IGNORE'], 'no code of a finding'],
])('an annotation %s leaves nothing out, and is a finding', (_, annotation, codes, words) => {
  const { messages, ...rest } = judged(manifests(annotation));
  expect(rest).toEqual({ codes: expect.arrayContaining(codes) as string[], ignored: 0 });
  expect(messages.join('\n')).toContain(words);
});

test('several lines of an annotation are each for itself', () => {
  const { codes, ignored } = judged(manifests(`${found} another chart\nPORT_NOT_SERVED once`));
  expect([codes, ignored]).toEqual([['IGNORE'], 1]);
});

test('a code of the command line is left out everywhere, or in one object', () => {
  const ignoring = (text: string) => judged(manifests(), { ignores: [ignoreOf(text)] }).codes;
  expect(ignoring(`${found}`)).toEqual([]);
  expect(ignoring(`${found}@Service/shop`)).toEqual([]);
  expect(ignoring(`${found}@Service/other`)).toEqual([found]);
});

test.each(['', 'NO_SUCH_CODE', 'LABELS@', 'LABELS@demo', 'labels'])(
  '"%s" names nothing to ignore',
  (text) => {
    expect(() => ignoreOf(text)).toThrow(RangeError);
  },
);
