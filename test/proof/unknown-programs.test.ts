import { expect, test } from 'vitest';
import type { Finding } from '../../proof/findings.ts';
import { readDocuments } from '../../proof/source.ts';
import { verifyChat } from './known.ts';
import { fileText } from './manifests.ts';

/** docs/verify.md, "Between programs it does not know", one change of a stack of unknown programs at a time. */
const shop = fileText('handwritten/shop.yaml');

const faults = (text: string): Finding[] => verifyChat(readDocuments('shop.yaml', text));

const codes = (text: string): string[] => faults(text).map(({ code }) => code);

/** The shop with one text for another, which must be there. */
function changed(from: string, to: string): string {
  expect(shop).toContain(from);
  return shop.replace(from, to);
}

const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }
`;

test.each([
  ['the host of a pair', 'QUEUE_HOST: queue', 'QUEUE_HOST: queues', 'HOST_UNKNOWN'],
  ['the port of a pair', "QUEUE_PORT: '5672'", "QUEUE_PORT: '5671'", 'PORT_NOT_SERVED'],
  ['a port that is no number', "QUEUE_PORT: '5672'", 'QUEUE_PORT: amqp', 'ENV_INVALID'],
  ['the host of a URL', '@db:5432/', '@dbs:5432/', 'HOST_UNKNOWN'],
  ['the port of a URL', '@db:5432/', '@db:5433/', 'PORT_NOT_SERVED'],
  [
    'where a Service leads',
    'port: 8080, targetPort: http',
    'port: 8080, targetPort: 3334',
    'TARGET_PORT_UNKNOWN',
  ],
  ['an address in a flag', '/scripts/start.sh]', '/scripts/start.sh, --queue=queues:5672]', 'HOST_UNKNOWN'],
  [
    'an address in a script',
    'exec /app/orders --verbose',
    'exec /app/orders --queue=queue:5673',
    'PORT_NOT_SERVED',
  ],
])('%s is followed', (_, from, to, code) => {
  expect(codes(changed(from, to))).toContain(code);
});

test('a fix of a part of a URL names the part, not the whole variable', () => {
  const [found] = faults(changed('@db:5432/', '@db:5433/'));
  expect(found).toMatchObject({
    message: expect.stringMatching(/^the port in DATABASE_URL is "5433"/) as string,
    fix: 'In DATABASE_URL, change the port to 5432, or give the Service port 5433.',
  });
});

test('the policies are followed', () => {
  expect(codes(`${shop}---${policy}`)).toContain('CONNECTION_BLOCKED');
});

test.each([
  ['a host outside', 'QUEUE_HOST: queue', 'QUEUE_HOST: queues.example.com'],
  ['what a flag says to listen on', '/scripts/start.sh]', '/scripts/start.sh, --listen=queues:5672]'],
  ['a word of a message in a script', 'exec /app/orders --verbose', 'echo queues:5672'],
])('%s is not', (_, from, to) => {
  expect(codes(changed(from, to))).toEqual([]);
});

test('a host of a namespace that is not among the manifests is unknown, and where such a Service is', () => {
  const host = (name: string) => faults(changed('QUEUE_HOST: queue', `QUEUE_HOST: ${name}`));
  expect(host('elsewhere.other.svc')).toMatchObject([
    {
      ...{ code: 'HOST_UNKNOWN', severity: 'unknown' },
      fix: 'Give verify the manifests of namespace other too.',
    },
  ]);
  expect(host('queue.other.svc.cluster.local')).toMatchObject([
    {
      message: expect.stringMatching(
        /"queue\.other\.svc\.cluster\.local".*nothing of namespace other is here/,
      ) as string,
      fix: 'Give verify the manifests of namespace other too, or write queue.shop if that is meant.',
    },
  ]);
});

test('an address in a Secret is followed, and not shown', () => {
  const secret = `
apiVersion: v1
kind: Secret
metadata: { name: login, namespace: shop }
stringData: { url: 'amqp://orders:rabbits-password@queues:5672/' }
`;
  const asked = '- { name: QUEUE_URL, valueFrom: { secretKeyRef: { name: login, key: url } } }';
  const name = '- { name: QUEUE_PORT,';
  expect(shop).toContain(name);
  const found = faults(`${shop.replace(name, `${asked}\n                ${name}`)}---${secret}`);
  expect(found.map(({ code }) => code)).toEqual(['HOST_UNKNOWN']);
  expect(JSON.stringify(found)).not.toMatch(/rabbits-password|queues|amqp/);
});
