import { expect, test } from 'vitest';
import { serviceOf } from '../../model/environment.ts';
import { backendDigest, parseBackendEnv } from '../../contract/backend-env.ts';
import { configDigestAnnotation } from '../../model/names.ts';
import { renderStack } from '../../charts-ts/render.ts';
import { at, containerEnv, pick, presetDocuments, stackOf, wantedEnv, workloadsOf } from './rendered.ts';

const documents: Record<string, object> = {
  ...presetDocuments,
  external: { redis: { external: { host: 'cache.example.com', port: 6380, tls: true } } },
  talkative: {
    llm: { baseUrl: 'http://llm.svc:8080/v1', apiKey: { name: 'llm', key: 'k' } },
    auth: { mode: 'jwt', secretRef: { name: 'jwt', key: 'the-key-that-signs-tokens' } },
  },
};

test.each(Object.entries(documents))("the app parses the backend's environment of %s", (_, spec) => {
  const objects = renderStack(stackOf(spec));
  const deployment = pick(objects, 'Deployment', 'demo-backend');
  const parsed = parseBackendEnv(containerEnv(objects, deployment));
  expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  expect(parsed.warnings).toEqual([]);
  if (!parsed.ok) return;
  expect(backendDigest(parsed.env), 'what the app will report at /config').toBe(
    at(deployment, 'spec.template.metadata.annotations')?.[configDigestAnnotation as keyof object],
  );
});

test('an app given another value reports another digest', () => {
  const objects = renderStack(stackOf());
  const deployment = pick(objects, 'Deployment', 'demo-backend');
  const parsed = parseBackendEnv({ ...containerEnv(objects, deployment), REDIS_PORT: '6380' });
  if (!parsed.ok) throw new Error('6380 is a port');
  expect(JSON.stringify(deployment)).not.toContain(backendDigest(parsed.env));
});

test.each(Object.entries(documents))('every container of %s is given what the contract says', (_, spec) => {
  const stack = stackOf(spec);
  const objects = renderStack(stack);
  for (const workload of workloadsOf(objects)) {
    const name = String(at(workload, 'spec.template.spec.containers.0.name'));
    const wanted = wantedEnv(stack, serviceOf(stack, name));
    if ('NEO4J_AUTH' in wanted) wanted['NEO4J_AUTH'] = 'neo4j/value-of-neo4j-password';
    expect(containerEnv(objects, workload), name).toEqual(wanted);
  }
});

test('a value that refers to a secret stands after it in the container, not in a ConfigMap', () => {
  const objects = renderStack(stackOf());
  const env = at(pick(objects, 'StatefulSet', 'demo-neo4j'), 'spec.template.spec.containers.0.env');
  expect(env).toEqual([
    {
      name: 'MOORING_NEO4J_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'demo-secrets', key: 'neo4j-password' } },
    },
    { name: 'NEO4J_AUTH', value: 'neo4j/$(MOORING_NEO4J_PASSWORD)' },
  ]);
});

test('no variable of a secret is in any ConfigMap', () => {
  const maps = renderStack(stackOf()).filter(({ kind }) => kind === 'ConfigMap');
  const names = maps.flatMap((map) => Object.keys(map['data'] as object));
  expect(names.filter((name) => /PASSWORD|SECRET|KEY|AUTH(?!_MODE)/.test(name))).toEqual([]);
});

test('an external store renders no workload, but the host, port, TLS and secret of its edge', () => {
  const objects = renderStack(
    stackOf({
      redis: {
        external: { host: 'cache.example.com', port: 6380, tls: true, secretRef: { name: 'a', key: 'pw' } },
      },
    }),
  );
  expect(objects.filter(({ metadata }) => metadata.name.startsWith('demo-redis'))).toEqual([]);
  const deployment = pick(objects, 'Deployment', 'demo-backend');
  expect(containerEnv(objects, deployment)).toMatchObject({
    REDIS_HOST: 'cache.example.com',
    REDIS_PORT: '6380',
    REDIS_TLS: 'true',
  });
  expect(at(deployment, 'spec.template.spec.containers.0.env')).toContainEqual({
    name: 'REDIS_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'a', key: 'pw' } },
  });
  const policy = pick(objects, 'NetworkPolicy', 'demo-backend-to-cache-example-com-6380-egress');
  expect(at(policy, 'spec.egress')).toEqual([
    {
      to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }, { ipBlock: { cidr: '::/0' } }],
      ports: [{ port: 6380, protocol: 'TCP' }],
    },
  ]);
});
