import { expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { at, pick, presetDocuments, stackOf } from './rendered.ts';

const objects = renderStack(stackOf());
const spec = (name: string) => pick(objects, 'Service', name)['spec'];

test('clients of the backend are led to ready pods only, by chat and by metrics', () => {
  expect(spec('demo-backend')).toEqual({
    type: 'ClusterIP',
    selector: { 'app.kubernetes.io/name': 'backend', 'app.kubernetes.io/instance': 'demo' },
    ports: [
      { name: 'http', port: 8000, targetPort: 'http', protocol: 'TCP' },
      { name: 'metrics', port: 8001, targetPort: 'metrics', protocol: 'TCP' },
    ],
  });
});

test('the page is answered by unready pods too, also at the node port', () => {
  expect(spec('demo-backend-page')).toEqual({
    type: 'NodePort',
    publishNotReadyAddresses: true,
    selector: { 'app.kubernetes.io/name': 'backend', 'app.kubernetes.io/instance': 'demo' },
    ports: [{ name: 'http', port: 8000, targetPort: 'http', protocol: 'TCP', nodePort: 30080 }],
  });
});

test('without a node port no Service opens one', () => {
  const without = renderStack(stackOf({ backend: { nodePort: { enabled: false } } }));
  const types = without.filter(({ kind }) => kind === 'Service').map((service) => at(service, 'spec.type'));
  expect(new Set(types)).toEqual(new Set(['ClusterIP']));
});

test('a store has a Service for its clients and a headless one that knows unready peers', () => {
  expect(spec('demo-neo4j')).not.toHaveProperty('publishNotReadyAddresses');
  expect(spec('demo-neo4j-peers')).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
});

test('every Service leads to a port its pods declare', () => {
  for (const service of objects.filter(({ kind }) => kind === 'Service')) {
    const workload = objects.find(
      (object) =>
        JSON.stringify(at(object, 'spec.selector.matchLabels')) ===
        JSON.stringify(at(service, 'spec.selector')),
    );
    const declared = at(workload, 'spec.template.spec.containers.0.ports') as { name: string }[];
    const wanted = (at(service, 'spec.ports') as { targetPort: string }[]).map((port) => port.targetPort);
    expect(declared.map((port) => port.name)).toEqual(expect.arrayContaining(wanted));
  }
});

test('the Ingress sends /ws to ready pods and the rest to the page, and never offers metrics', () => {
  const production = renderStack(stackOf(presetDocuments.production));
  const path = (prefix: string, name: string) => ({
    path: prefix,
    pathType: 'Prefix',
    backend: { service: { name, port: { name: 'http' } } },
  });
  expect(pick(production, 'Ingress', 'demo-backend')['spec']).toEqual({
    ingressClassName: 'nginx',
    tls: [{ hosts: ['chat.example.com'], secretName: 'chat-tls' }],
    rules: [
      {
        host: 'chat.example.com',
        http: { paths: [path('/ws', 'demo-backend'), path('/', 'demo-backend-page')] },
      },
    ],
  });
});
