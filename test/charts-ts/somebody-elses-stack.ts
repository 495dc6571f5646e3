import { defineStack } from '../../model/define-stack.ts';
import type { Container, Port, StatefulService } from '../../model/stack.ts';
import { host, port } from '../../model/variable.ts';

const container = (image: string, alive: string): Container => {
  const probe = { tcp: { port: alive }, periodSeconds: 5, failureThreshold: 6 };
  return {
    image,
    user: { uid: 1000, gid: 1000 },
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    probes: { startup: probe, readiness: probe, liveness: probe },
  };
};
const store = (name: string, image: string, mapped: Partial<Port>): StatefulService => ({
  ...{ name, doc: name, kind: 'stateful', terminationGraceSeconds: 30 },
  ports: { resp: { containerPort: 6379, doc: 'RESP', ...mapped } },
  container: container(image, 'resp'),
});
const [where, number] = [host({ doc: 'where a store is' }), port({ doc: 'its port' })];
const edge = { port: 'resp', gate: 'hard' } as const;

/** A worker over two stores that speak the same protocol: FalkorDB, mapped to 6380, and Redis beside it. */
export const somebodyElsesStack = defineStack({
  ...{ name: 'graph', namespace: 'work' },
  services: [
    store('falkordb', 'falkordb/falkordb:v4.4.1', { servicePort: 6380, hostPort: 6380, nodePort: 30_380 }),
    store('redis', 'redis:8.6.4-trixie', { hostPort: 6379, nodePort: 30_379 }),
    {
      ...{ name: 'worker', doc: 'works', kind: 'stateless', replicas: 1, terminationGraceSeconds: 10 },
      ports: { health: { containerPort: 9000, doc: 'probes' } },
      container: container('example/worker:1', 'health'),
      variables: { FALKORDB_HOST: where, FALKORDB_PORT: number, REDIS_HOST: where, REDIS_PORT: number },
      edges: [
        { to: 'falkordb', ...edge, binds: { host: 'FALKORDB_HOST', port: 'FALKORDB_PORT' } },
        { to: 'redis', ...edge, binds: { host: 'REDIS_HOST', port: 'REDIS_PORT' } },
      ],
    },
  ],
});
