import { readFileSync } from 'node:fs';
import {
  createSourceFile,
  isImportDeclaration,
  ScriptTarget,
  type ImportDeclaration,
  type Statement,
} from 'typescript';
import { expect, test } from 'vitest';
import { kindConfig } from '../../charts-ts/kind-config.ts';
import { renderStack } from '../../charts-ts/render.ts';
import { portTable } from '../../model/describe.ts';
import { dotenv } from '../../cli/env/dotenv.ts';
import { textOf } from '../../cli/env/part.ts';
import { serviceOf } from '../../model/environment.ts';
import { hardeningProblems } from '../../proof/packs/mooring/hardening.ts';
import { reach } from '../../proof/reach.ts';
import { at, containerEnv, idOf, pick, stackOf } from './rendered.ts';
import { somebodyElsesStack } from './somebody-elses-stack.ts';

const objects = renderStack(somebodyElsesStack);

test("somebody else's stack takes less than 40 lines", () => {
  const text = readFileSync(new URL('somebody-elses-stack.ts', import.meta.url), 'utf8');
  const source = createSourceFile('it.ts', text, ScriptTarget.Latest);
  const isImport = (statement: Statement): statement is ImportDeclaration => isImportDeclaration(statement);
  // Everything it is made of is in these lines or general: nothing of the chat, no file of its own beside it.
  const from = source.statements
    .filter(isImport)
    .map(({ moduleSpecifier }) => moduleSpecifier.getText(source));
  expect(from.sort()).toEqual([
    "'../../model/define-stack.ts'",
    "'../../model/stack.ts'",
    "'../../model/variable.ts'",
  ]);
  const code = source.statements.filter((statement) => !isImport(statement));
  const lines = code.flatMap((statement) => statement.getText(source).split('\n'));
  expect(lines.length).toBeLessThan(40);
});

test('it has the objects of its services and nothing of ours', () => {
  expect(objects.map(idOf).filter((id) => !id.startsWith('NetworkPolicy'))).toEqual([
    'Namespace work',
    'ServiceAccount graph-falkordb',
    'Service graph-falkordb',
    'Service graph-falkordb-peers',
    'Service graph-falkordb-node',
    'StatefulSet graph-falkordb',
    'ServiceAccount graph-redis',
    'Service graph-redis',
    'Service graph-redis-peers',
    'Service graph-redis-node',
    'StatefulSet graph-redis',
    'ServiceAccount graph-worker',
    'ConfigMap graph-worker-config',
    'Service graph-worker',
    'Deployment graph-worker',
  ]);
  expect(objects.flatMap(hardeningProblems)).toEqual([]);
});

test('the worker dials FalkorDB where its Service is, not where its process listens', () => {
  expect(containerEnv(objects, pick(objects, 'Deployment', 'graph-worker'))).toEqual({
    FALKORDB_HOST: 'graph-falkordb',
    FALKORDB_PORT: '6380',
    REDIS_HOST: 'graph-redis',
    REDIS_PORT: '6379',
  });
  expect(at(pick(objects, 'Service', 'graph-falkordb'), 'spec.ports.0')).toEqual({
    name: 'resp',
    port: 6380,
    targetPort: 'resp',
    protocol: 'TCP',
  });
});

test("policies name the pod's port, since they see a packet behind the Service", () => {
  expect(reach(objects).filter((line) => line.startsWith('worker →'))).toEqual([
    'worker → 169.254.20.10/32:53',
    'worker → 169.254.20.10/32:53/UDP',
    'worker → falkordb:6379 by graph-falkordb-node:6380 (node 30380), graph-falkordb-peers:6380, graph-falkordb:6380',
    'worker → kube-dns:53/TCP',
    'worker → kube-dns:53/UDP',
    'worker → redis:6379 by graph-redis-node:6379 (node 30379), graph-redis-peers:6379, graph-redis:6379',
  ]);
});

test('kind maps both stores to the host, side by side', () => {
  const mapping = (containerPort: number, hostPort: number) => ({
    containerPort,
    hostPort,
    listenAddress: '127.0.0.1',
    protocol: 'TCP',
  });
  expect(kindConfig(somebodyElsesStack).nodes).toEqual([
    { role: 'control-plane', extraPortMappings: [mapping(30_379, 6379), mapping(30_380, 6380)] },
  ]);
});

test('its documents are written like ours', () => {
  expect(portTable(somebodyElsesStack).trim().split('\n').slice(2)).toEqual([
    '| falkordb | resp | 6379 | 6380 | 6380 | worker | RESP |',
    '| redis | resp | 6379 | 6379 | 6379 | worker | RESP |',
    '| worker | health | 9000 | 9000 | – | – | probes |',
  ]);
  expect(textOf(dotenv(serviceOf(somebodyElsesStack, 'worker')))).toContain(
    '# where a store is\n#   a host name or IP address, without scheme, port or path; optional\n#FALKORDB_HOST=\n',
  );
});

test('kind maps the chat of the default stack, but not the page that runs on the host itself', () => {
  expect(kindConfig(stackOf())).toEqual({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        extraPortMappings: [
          { containerPort: 30_080, hostPort: 8000, listenAddress: '127.0.0.1', protocol: 'TCP' },
        ],
      },
    ],
  });
});
