/** A stack in code to begin with, every part explained; it renders and verifies as it is. */
export const starterConfig = ({ name, namespace }: { name: string; namespace: string }): string =>
  `import { defineStack } from 'mooring';
import { host, port } from 'mooring/env';

// What runs, where it listens and whom it dials. Everything else follows from that: Kubernetes objects, the policies of
// who may dial whom, the environment of each container. Whatever contradicts itself is refused with its line.
//   npx mooring graph     shows who dials whom
//   npx mooring synth     writes the Kubernetes objects to dist/
//   npx mooring verify    checks them
//   npx mooring apply     brings them into a cluster, and waits until they work
export default defineStack({
  name: '${name}', // the prefix of every object's name
  namespace: '${namespace}',
  services: [
    {
      name: 'web',
      doc: 'what people use',
      kind: 'stateless', // a Deployment: its pods are replaceable and keep nothing
      replicas: 1,
      terminationGraceSeconds: 30,
      // A port is written here and nowhere else. "world": anybody may dial it; of a port without it, services with an edge.
      ports: { http: { containerPort: 8080, doc: 'HTTP', from: ['world'] } },
      // Every variable that the program reads. A value that does not parse is refused before a pod has it.
      variables: {
        CACHE_HOST: host({ doc: 'where the cache is' }),
        CACHE_PORT: port({ doc: 'its port' }),
      },
      // It dials the cache, which sets these two variables and opens the policies between both. Where web reports its
      // readiness ("report"), gate: 'hard' keeps it from requests while the cache is away.
      edges: [{ to: 'cache', port: 'redis', gate: 'none', binds: { host: 'CACHE_HOST', port: 'CACHE_PORT' } }],
      container: {
        image: 'nginxinc/nginx-unprivileged:1.29-alpine', // in the place of your own
        user: { uid: 101, gid: 101 },
        resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '64Mi' } },
        // The image's own files cannot be written to: what it writes besides needs a volume.
        volumes: [{ kind: 'scratch', name: 'tmp', path: '/tmp', sizeLimit: '16Mi' }],
        probes: {
          readiness: { http: { port: 'http', path: '/' }, periodSeconds: 5, failureThreshold: 3 },
        },
      },
    },
    {
      name: 'cache',
      doc: 'what web keeps for a while',
      kind: 'stateful', // a StatefulSet: its volume stays
      terminationGraceSeconds: 30,
      ports: { redis: { containerPort: 6379, doc: 'RESP' } },
      container: {
        image: 'redis:8.6.7-trixie',
        args: ['--save', '60', '1'],
        user: { uid: 999, gid: 999 },
        resources: { requests: { cpu: '20m', memory: '128Mi' }, limits: { memory: '128Mi' } },
        volumes: [{ kind: 'persistent', name: 'data', path: '/data', size: '1Gi' }],
        probes: {
          startup: { tcp: { port: 'redis' }, periodSeconds: 2, failureThreshold: 30 },
          readiness: { tcp: { port: 'redis' }, periodSeconds: 5, failureThreshold: 3 },
          liveness: { tcp: { port: 'redis' }, periodSeconds: 10, failureThreshold: 6 },
        },
      },
    },
  ],
});
`;
