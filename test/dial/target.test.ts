import { expect, test } from 'vitest';
import { defaultStack } from '../../contract/default-stack.ts';
import { targetsOf, type Target } from '../../dial/target.ts';
import { defineStack } from '../../model/define-stack.ts';
import { parseEnv } from '../../model/env.ts';
import { serviceOf } from '../../model/environment.ts';
import type { ProgramFacts } from '../../model/program.ts';
import { somebodyElsesStack } from '../charts-ts/somebody-elses-stack.ts';
import { chatTarget } from './chat-target.ts';

const worker = serviceOf(somebodyElsesStack, 'worker');
const edge = { port: 'resp', gate: 'hard' } as const;
const falkordb: Pick<ProgramFacts, 'name' | 'product' | 'image' | 'dial'> = {
  name: 'falkordb',
  product: 'FalkorDB',
  image: 'falkordb/falkordb',
  dial: { resp: { protocol: 'resp' } },
};

function targetsWith(text: Record<string, string>): Target[] {
  const parsed = parseEnv(worker.variables ?? {}, text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return targetsOf(somebodyElsesStack, worker, parsed.env, [falkordb]);
}

test('a worker of another stack dials its own stores, where its environment says they are', () => {
  const [first, second] = targetsWith({ FALKORDB_HOST: '10.1.1.1', FALKORDB_PORT: '16380' });
  expect(first).toEqual({
    service: 'falkordb',
    product: 'FalkorDB',
    dial: { protocol: 'resp' },
    products: [],
    host: '10.1.1.1',
    port: 16_380,
    tls: false,
    variables: { host: 'FALKORDB_HOST', port: 'FALKORDB_PORT' },
    usualPort: 6380,
  });
  expect(second).toMatchObject({ service: 'redis', host: 'graph-redis', port: 6379 });
});

test('a program that is not known is connected to, under the name of its service', () => {
  expect(targetsWith({})[1]).toMatchObject({ product: 'redis', dial: { protocol: 'tcp' } });
});

test('an external service is dialled by its program, at its own address', () => {
  const stack = defineStack({
    ...{ name: 'graph', namespace: 'work' },
    services: [
      {
        ...{ name: 'cache', doc: 'elsewhere', kind: 'external', host: 'cache.example.org', tls: true },
        ...{ program: 'falkordb', ports: { resp: { containerPort: 6400, doc: 'RESP' } } },
      },
      { ...worker, kind: 'local', variables: {}, edges: [{ ...edge, to: 'cache', binds: {} }] },
    ],
  });
  const [target] = targetsOf(stack, serviceOf(stack, 'worker'), {}, [falkordb]);
  expect(target).toMatchObject({
    ...{ product: 'FalkorDB', dial: { protocol: 'resp' } },
    ...{ host: 'cache.example.org', port: 6400, tls: true, variables: {} },
  });
});

test("the chat's stores are dialled with the user and the secret of the environment", () => {
  const backend = serviceOf(defaultStack, 'backend');
  const env = { NEO4J_USER: 'neo4j', NEO4J_PASSWORD: 'swordfish', NEO4J_TLS: true };
  const targets = targetsOf(defaultStack, backend, env, []);
  expect(targets.find(({ service }) => service === 'neo4j')).toMatchObject({
    ...{ user: 'neo4j', secret: 'swordfish', tls: true },
    variables: { host: 'NEO4J_HOST', port: 'NEO4J_PORT', tls: 'NEO4J_TLS', secret: 'NEO4J_PASSWORD' },
  });
});

test.each([
  ['redis', 'Redis', { protocol: 'resp' }],
  ['neo4j', 'Neo4j', { protocol: 'bolt' }],
  ['qdrant', 'Qdrant', { protocol: 'http', path: '/collections', secretHeader: 'api-key' }],
])('%s is dialled as its program says', (service, product, dial) => {
  expect(chatTarget(service)).toMatchObject({ product, dial });
});
