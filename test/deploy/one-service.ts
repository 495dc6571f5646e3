import type { Cluster } from '../../kube/cluster.ts';
import { defineStack } from '../../model/define-stack.ts';

const container = {
  image: 'example.test/web:1',
  user: { uid: 1, gid: 1 },
  resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
};
/** A stack of one service. */
export const stack = defineStack({
  name: 'shop',
  namespace: 'shop',
  services: [
    {
      name: 'web',
      doc: 'a page',
      kind: 'stateless',
      replicas: 1,
      terminationGraceSeconds: 30,
      ports: { http: { containerPort: 8080, doc: 'the page' } },
      container,
    },
  ],
});

/** A cluster whose Services lead to these pods, and that runs no workload. */
export function leadingTo(...pods: string[]): Cluster {
  const endpoints = pods.map((name) => ({ conditions: { ready: true }, targetRef: { kind: 'Pod', name } }));
  const slice = { ports: [{ name: 'http', port: 8080 }], endpoints };
  return {
    api: {
      request: (_method: string, path: string) =>
        Promise.resolve({
          status: 200,
          json: { items: path.includes('endpointslices') ? [slice] : [] },
          warnings: [],
        }),
    },
    discovery: { collectionOf: (_version: string, kind: string) => Promise.resolve(`/${kind}`) },
    fieldManager: 'test',
  } as unknown as Cluster;
}
