import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { shopKind } from '../kinds/shop-kind.ts';
import { readDocument } from '../../model/read-document.ts';
import { presetYaml, yamlOf } from '../proof/manifests.ts';
import { deployment, textOf } from '../proof/small-manifests.ts';
import { verifyCli } from './verify-cli.ts';

/** `mooring verify --policies`: what policies allow that no declared edge needs. */

const { run, written, printed } = verifyCli();
const demo = presetYaml('dev');
const shop = yamlOf(shopKind.stack(readDocument(shopKind.schema, {}, 'the defaults')));

/** Texts of objects with one of them replaced. */
function changed(text: string, name: string, change: (object: string) => string): string {
  const objects = text.split('---\n');
  const found = objects.findIndex((one) => new RegExp(`^  name: ${name}$`, 'm').test(one));
  const object = objects[found] ?? '';
  const now = change(object);
  expect(now, name).not.toBe(object);
  return objects.with(found, now).join('---\n');
}

const openToAddresses = (text: string, cidr: string): string =>
  text.replace(
    / {4}- from:\n(.*\n)*? {6}ports:/,
    `    - from:\n        - ipBlock:\n            cidr: ${cidr}\n      ports:`,
  );
const withoutPorts = (text: string): string =>
  text.replace(/ {6}ports:\n( {8}.*\n)+/, '').replace(/ {4}- ports:\n( {8}.*\n)+ {6}to:/, '    - to:');
const redisIngress = 'demo-backend-to-redis-redis-ingress';

describe('nothing is beyond the edges', () => {
  test.each([
    ['of the chat, in every preset', ['dev', 'prod', 'kind'].map((one) => presetYaml(one as 'dev'))],
    ["of the tests' second kind", [shop]],
  ])('%s', async (_, texts) => {
    for (const text of texts) {
      expect(await run('--policies', '--strict', written('all.yaml', text))).toBeUndefined();
      expect(printed()).toBe('The policies allow nothing beyond the declared edges.\n');
    }
  });
});

test('addresses outside the cluster that a policy lets in are a row with its line', async () => {
  const file = written(
    'all.yaml',
    changed(demo, redisIngress, (text) => openToAddresses(text, '10.0.0.0/8')),
  );
  expect(await run('--policies', file)).toBeUndefined();
  const [head, row, ...more] = printed().trimEnd().split('\n');
  expect(head).toMatch(/^FROM +TO +ALLOWED BY$/);
  expect(row).toMatch(
    new RegExp(`^10\\.0\\.0\\.0/8 +demo-redis:6379 +NetworkPolicy ${redisIngress} \\(${file}:\\d+\\)$`),
  );
  expect(more).toEqual([]);
});

test('rules without ports at both ends open every one', async () => {
  const egress = 'demo-backend-to-redis-redis-egress';
  const both = written('both.yaml', changed(changed(demo, redisIngress, withoutPorts), egress, withoutPorts));
  await run('--policies', '-o', 'json', both);
  expect(parse(printed())).toMatchObject({
    stacks: true,
    beyond: [
      {
        from: ['demo-backend'],
        to: ['demo-redis'],
        port: 'any',
        protocols: ['TCP', 'UDP', 'SCTP'],
        by: [
          { direction: 'Egress', policy: `NetworkPolicy ${egress}`, file: both },
          { direction: 'Ingress', policy: `NetworkPolicy ${redisIngress}`, file: both },
        ],
      },
    ],
  });
});

test('with --strict a row ends with 1', async () => {
  const file = written(
    'all.yaml',
    changed(demo, redisIngress, (text) => openToAddresses(text, '0.0.0.0/0')),
  );
  expect(await run('--policies', '--strict', file)).toBe(1);
  expect(printed()).toContain('any address');
});

test('where no policy holds an end, that is what allows it', async () => {
  const file = written(
    'all.yaml',
    shop
      .split('---\n')
      .filter((one) => !one.includes('kind: NetworkPolicy'))
      .join('---\n'),
  );
  await run('--policies', file);
  expect(printed()).toMatch(/shop-worker.* shop-web:any .*no egress policy, no ingress policy/);
  expect(printed()).not.toMatch(/shop-queue:5672/);
});

test("pods of others that a rule's labels admit are a row", async () => {
  const peer = '        - namespaceSelector:\n            matchLabels:\n              team: data\n';
  const file = written(
    'all.yaml',
    changed(demo, redisIngress, (text) => text.replace('    - from:\n', `    - from:\n${peer}`)),
  );
  await run('--policies', file);
  expect(printed()).toMatch(/^pods of namespaces team=data +demo-redis:6379 /m);
});

test('of workloads that no stack declares nothing is said', async () => {
  expect(
    await run('--policies', '--strict', written('all.yaml', textOf(deployment('web', {})))),
  ).toBeUndefined();
  expect(printed()).toMatch(/^No stack that Mooring rendered is among the manifests/);
});

test.each([
  [['--fix'], /leave out --fix and --ignore/],
  [['-o', 'sarif'], /--policies has json and yaml/],
])('%j is refused', async (options, message) => {
  await expect(run('--policies', ...options, written('all.yaml', demo))).rejects.toThrow(message);
});
