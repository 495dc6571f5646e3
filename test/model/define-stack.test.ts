import { expect, test } from 'vitest';
import { defineStack, StackError } from '../../model/define-stack.ts';
import type { ExternalService, Port, Service, StackDefinition } from '../../model/stack.ts';
import { environmentOf, serviceOf } from '../../model/environment.ts';
import { port, host, text } from '../../model/variable.ts';

const listening = (
  name: string,
  ports: Record<string, Port>,
  rest: Partial<ExternalService> = {},
): Service => ({
  kind: 'external',
  name,
  doc: name,
  host: `${name}.example`,
  tls: false,
  ports,
  ...rest,
});
const one = { main: { containerPort: 7000, doc: 'main' } };
const reads = { PEER_HOST: host({ doc: 'host' }), PEER_PORT: port({ doc: 'port' }) };
const stackOf = (...services: Service[]): StackDefinition => ({ name: 's', namespace: 'n', services });

/** The problems a definition is refused for; a definition that is accepted fails the test. */
function refusal(definition: StackDefinition): string {
  try {
    defineStack(definition);
  } catch (error) {
    if (error instanceof StackError) return error.message;
    throw error;
  }
  throw new Error('the stack was accepted');
}

test('an edge gives its variables the host and the dialled port of its target', () => {
  const stack = defineStack(
    stackOf(
      listening('store', { main: { containerPort: 7000, servicePort: 7001, doc: 'main' } }),
      listening(
        'app',
        {},
        {
          variables: reads,
          edges: [
            { to: 'store', port: 'main', gate: 'hard', binds: { host: 'PEER_HOST', port: 'PEER_PORT' } },
          ],
        },
      ),
    ),
  );
  expect(environmentOf(stack, serviceOf(stack, 'app'))).toEqual([
    { name: 'PEER_HOST', value: 'store.example', from: 'edge to store:main' },
    { name: 'PEER_PORT', value: '7001', from: 'edge to store:main' },
  ]);
});

test('an edge to a port nobody has is refused with the nearest port', () => {
  const app = listening('app', {}, { edges: [{ to: 'store', port: 'mian', gate: 'none', binds: {} }] });
  expect(refusal(stackOf(listening('store', one), app))).toContain(
    '"store" has no port "mian". Did you mean "main"?',
  );
});

test('an edge to no service is refused with the nearest service', () => {
  const app = listening('app', {}, { edges: [{ to: 'stor', port: 'main', gate: 'none', binds: {} }] });
  expect(refusal(stackOf(listening('store', one), app))).toContain('Did you mean "store"?');
});

test('a variable bound twice is refused, naming both claims', () => {
  const app = listening(
    'app',
    {},
    {
      variables: reads,
      settings: { PEER_PORT: 1 },
      edges: [{ to: 'store', port: 'main', gate: 'none', binds: { port: 'PEER_PORT' } }],
    },
  );
  expect(refusal(stackOf(listening('store', one), app))).toContain(
    'variable PEER_PORT is taken 2 times: by the edge to store:main and by a setting',
  );
});

test('a binding to a variable the service does not read is refused', () => {
  const app = listening(
    'app',
    {},
    {
      variables: reads,
      edges: [{ to: 'store', port: 'main', gate: 'none', binds: { port: 'PEER_PROT' } }],
    },
  );
  expect(refusal(stackOf(listening('store', one), app))).toContain('Did you mean "PEER_PORT"?');
});

test('two services on one host port are refused, naming both', () => {
  const mapped = (nodePort: number): Record<string, Port> => ({
    main: { containerPort: 7000, hostPort: 9000, nodePort, doc: 'main' },
  });
  const message = refusal(stackOf(listening('a', mapped(30_001)), listening('b', mapped(30_002))));
  expect(message).toContain(
    'The host port 9000 is taken 2 times: by port "main" of "a" and by port "main" of "b"',
  );
});

test('a cycle of gates is refused, naming the way round', () => {
  const waits = (name: string, to: string): Service =>
    listening(name, one, { edges: [{ to, port: 'main', gate: 'hard', binds: {} }] });
  expect(refusal(stackOf(waits('a', 'b'), waits('b', 'c'), waits('c', 'a')))).toContain('a → b → c → a');
});

test('a cycle of edges that gate nothing is accepted', () => {
  const knows = (name: string, to: string): Service =>
    listening(name, one, { edges: [{ to, port: 'main', gate: 'none', binds: {} }] });
  expect(() => defineStack(stackOf(knows('a', 'b'), knows('b', 'a')))).not.toThrow();
});

test.each([
  ['an upper-case service name', stackOf(listening('App', one)), 'The service name "App"'],
  ['a port name without a letter', stackOf(listening('a', { '80': one.main })), 'Port "80"'],
  ['a port beyond 65535', stackOf(listening('a', { main: { containerPort: 70_000, doc: '' } })), 'is 70000'],
  [
    'two services of one name',
    stackOf(listening('a', one), listening('a', one)),
    'The service name a is taken 2 times',
  ],
  [
    'a host port without a node port',
    stackOf(listening('a', { main: { containerPort: 1, hostPort: 2, doc: '' } })),
    'names no nodePort',
  ],
  [
    'a node port outside the range',
    stackOf(listening('a', { main: { containerPort: 1, nodePort: 80, doc: '' } })),
    '30000 to 32767',
  ],
  [
    'a setting of the wrong type',
    stackOf(listening('a', {}, { variables: reads, settings: { PEER_PORT: 'x' } })),
    'PEER_PORT is set to "x"',
  ],
  [
    'a secret given as a setting',
    stackOf(
      listening('a', {}, { variables: { KEY: text({ doc: '', secret: true }) }, settings: { KEY: 'x' } }),
    ),
    'KEY is secret',
  ],
  [
    'an own port it does not have',
    stackOf(listening('a', one, { variables: reads, ownPorts: { other: 'PEER_PORT' } })),
    'its own port "other"',
  ],
  [
    'a namespace Kubernetes refuses',
    { ...stackOf(listening('a', one)), namespace: 'x_y' },
    'The namespace "x_y"',
  ],
])('%s is refused', (_what, definition, expected) => {
  expect(refusal(definition)).toContain(expected);
});

test('every problem is reported, not only the first', () => {
  const message = refusal({ ...stackOf(listening('App', { '80': one.main })), name: 'S' });
  expect(message.split('\n').length).toBeGreaterThanOrEqual(4);
});
