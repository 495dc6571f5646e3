import { expect, test } from 'vitest';
import { text } from '../../model/variable.ts';
import { renderStack } from '../../charts-ts/render.ts';
import { base, container, cornerStack, stackOf } from './corner-stack.ts';
import { at, idOf, pick } from './rendered.ts';

test('a worker that listens nowhere has no Service', () => {
  const services = renderStack(cornerStack).filter(({ kind }) => kind === 'Service');
  expect(services.map(({ metadata }) => metadata.name)).toEqual(['s-queue-peers']);
});

test('a stateful service of two replicas has a disruption budget', () => {
  expect(renderStack(cornerStack).map(idOf)).toContain('PodDisruptionBudget s-queue');
});

test('files of one folder share a volume, files of two folders do not', () => {
  const files = { '/etc/a/one': '1', '/etc/a/two': '2', '/etc/b/three': '3' };
  const service = { ...base, name: 'app', kind: 'stateless', replicas: 1 } as const;
  const objects = renderStack(stackOf({ ...service, container: { ...container, files } }));
  const pod = at(pick(objects, 'Deployment', 's-app'), 'spec.template.spec');
  expect(at(pod, 'containers.0.volumeMounts')).toEqual([
    { name: 'files-0', mountPath: '/etc/a', readOnly: true },
    { name: 'files-1', mountPath: '/etc/b', readOnly: true },
  ]);
  expect(at(pod, 'volumes.0.configMap.items')).toEqual([
    { key: 'etc_a_one', path: 'one' },
    { key: 'etc_a_two', path: 'two' },
  ]);
});

test('what looks like a reference but names no variable stays in the ConfigMap as it is', () => {
  const objects = renderStack(
    stackOf({
      ...{ ...base, name: 'app', kind: 'stateless', replicas: 1 },
      variables: { PATTERN: text({ doc: '' }) },
      settings: { PATTERN: '$(date)' },
    }),
  );
  expect(pick(objects, 'ConfigMap', 's-app-config')['data']).toEqual({ PATTERN: '$(date)' });
});

test('a port published while unready next to one with a node port opens that one port of the node only', () => {
  const ports = {
    admin: { containerPort: 9000, nodePort: 30_900, hostPort: 9000, doc: '' },
    inner: { containerPort: 9001, doc: '' },
    page: { containerPort: 9002, doc: '' },
  };
  const objects = renderStack(
    stackOf({ ...base, name: 'app', kind: 'stateless', replicas: 1, ports, whileUnready: ['page'] }),
  );
  const types = objects
    .filter(({ kind }) => kind === 'Service')
    .map((service) => [service.metadata.name, at(service, 'spec.type')]);
  expect(types).toEqual([
    ['s-app', 'ClusterIP'],
    ['s-app-page', 'ClusterIP'],
    ['s-app-node', 'NodePort'],
  ]);
  expect(at(pick(objects, 'Service', 's-app-node'), 'spec.ports')).toEqual([
    { name: 'admin', port: 9000, targetPort: 'admin', protocol: 'TCP', nodePort: 30_900 },
  ]);
});

test('an address gets a policy of its own, a name every address but the link-local ones', () => {
  const externals = [
    { doc: '', host: '198.51.100.4', port: 443 },
    { doc: '', host: '2001:db8::4', port: 443 },
    { doc: '', host: 'api.example.com', port: 443 },
    { doc: '', host: 'model.ai.svc', port: 8080 },
  ];
  const objects = renderStack(stackOf({ ...base, name: 'app', kind: 'stateless', replicas: 1, externals }));
  const peers = (place: string) =>
    at(pick(objects, 'NetworkPolicy', `s-app-to-${place}-egress`), 'spec.egress.0.to');
  const everywhere = [
    { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
    { ipBlock: { cidr: '::/0' } },
  ];
  expect(peers('198-51-100-4-443')).toEqual([{ ipBlock: { cidr: '198.51.100.4/32' } }]);
  expect(peers('2001-db8-4-443')).toEqual([{ ipBlock: { cidr: '2001:db8::4/128' } }]);
  expect(peers('api-example-com-443')).toEqual(everywhere);
  expect(peers('model-ai-svc-8080')).toEqual([...everywhere, { namespaceSelector: {} }]);
});

test('two different policies of one name are refused rather than one of them lost', () => {
  const externals = [
    { doc: '', host: 'a.b.example', port: 443 },
    { doc: '', host: 'a-b.svc', port: 443 },
    { doc: '', host: 'a.b.svc', port: 443 },
    { doc: '', host: '10.0.0.1', port: 443 },
    { doc: '', host: '10-0-0-1', port: 443 },
  ];
  const stack = stackOf({ ...base, name: 'app', kind: 'stateless', replicas: 1, externals });
  expect(() => renderStack(stack)).toThrow('s-app-to-10-0-0-1-443-egress');
});
