import { describe, expect, test } from 'vitest';
import { kindConfig } from '../../charts-ts/kind-config.ts';
import { renderStack } from '../../charts-ts/render.ts';
import { defineStack } from '../../model/define-stack.ts';
import { portTable, variableTable } from '../../model/describe.ts';
import { dotenv } from '../../cli/env/dotenv.ts';
import { textOf } from '../../cli/env/part.ts';
import { serviceOf } from '../../model/environment.ts';
import type { StatefulService } from '../../model/stack.ts';
import { host, port } from '../../model/variable.ts';
import { hardeningProblems } from '../../proof/packs/mooring/hardening.ts';
import { reach } from '../../proof/reach.ts';
import { containerEnv, idOf, pick, stackOf } from './rendered.ts';

/** A service no line outside contract/ has ever heard of. */
const probe = { tcp: { port: 'cache' }, periodSeconds: 5, failureThreshold: 6 };
const cache: StatefulService = {
  ...{ name: 'cache', doc: 'remembers pages', kind: 'stateful', terminationGraceSeconds: 30 },
  ports: { cache: { containerPort: 11211, hostPort: 11211, nodePort: 30_211, doc: 'memcached' } },
  container: {
    image: 'memcached:1.6',
    user: { uid: 1000, gid: 1000 },
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    probes: { startup: probe, readiness: probe, liveness: probe },
  },
};

const before = stackOf();
const objectsBefore = renderStack(before);
const after = defineStack({
  ...before,
  services: [
    cache,
    ...before.services.map((service) =>
      service.name === 'backend'
        ? {
            ...service,
            variables: {
              ...service.variables,
              CACHE_HOST: host({ doc: 'where the cache is' }),
              CACHE_PORT: port({ doc: 'its port' }),
            },
            edges: [
              ...(service.edges ?? []),
              { to: 'cache', port: 'cache', gate: 'hard', binds: { host: 'CACHE_HOST', port: 'CACHE_PORT' } },
            ] as const,
          }
        : service,
    ),
  ],
});
const objects = renderStack(after);
const isNew = (line: string, lines: readonly string[]): boolean => !lines.includes(line);

describe('law 2: adding a service or a variable touches the contract only', () => {
  test('its workload is there, hardened', () => {
    const known = objectsBefore.map(idOf);
    const added = objects.filter((object) => isNew(idOf(object), known));
    expect(added.map(idOf).filter((id) => !id.startsWith('NetworkPolicy'))).toEqual([
      'ServiceAccount demo-cache',
      'Service demo-cache',
      'Service demo-cache-peers',
      'Service demo-cache-node',
      'StatefulSet demo-cache',
    ]);
    expect(added.flatMap(hardeningProblems)).toEqual([]);
  });

  test('whoever has an edge to it is given its address, and may reach it', () => {
    expect(containerEnv(objects, pick(objects, 'Deployment', 'demo-backend'))).toMatchObject({
      CACHE_HOST: 'demo-cache',
      CACHE_PORT: '11211',
    });
    const by = 'cache:11211 by demo-cache-node:11211 (node 30211), demo-cache-peers:11211, demo-cache:11211';
    const reachBefore = reach(objectsBefore);
    expect(reach(objects).filter((line) => isNew(line, reachBefore))).toContain(`backend → ${by}`);
    expect(reach(objects).some((line) => line.startsWith('redis → cache'))).toBe(false);
  });

  test('kind maps it, and the tables and the example of an environment tell of it', () => {
    expect(kindConfig(after).nodes[0]?.extraPortMappings).toContainEqual({
      ...{ containerPort: 30_211, hostPort: 11211 },
      ...{ listenAddress: '127.0.0.1', protocol: 'TCP' },
    });
    expect(portTable(after)).toContain('| cache | cache | 11211 | 11211 | 11211 | backend | memcached |');
    const backend = serviceOf(after, 'backend');
    expect(variableTable(backend)).toContain('| `CACHE_HOST` |');
    expect(textOf(dotenv(backend))).toContain('# where the cache is\n');
    expect(textOf(dotenv(backend))).toContain('#CACHE_HOST=\n');
  });
});
