import { describe, expect, test } from 'vitest';
import type { Finding } from '../../proof/findings.ts';
import { fixesOf } from '../../proof/fixes.ts';
import { readDocuments } from '../../proof/source.ts';
import { verifyChat } from './known.ts';
import { deployment, env, findingsIn, service, store, textOf, type Fields } from './small-manifests.ts';

/** The advice that findings give, and that a person follows: it must name what is wrong. */

const fixesIn = (found: readonly Finding[]): string[] => found.map(({ fix }) => fix);
const inText = (text: string): Finding[] => verifyChat(readDocuments('a.yaml', text));
const mended = (text: string): string =>
  fixesOf([{ file: 'a.yaml', text }], inText(text), verifyChat).sources[0]?.text ?? '';

describe('an unknown field', () => {
  test.each([
    [
      'has the name of a near field that may hold it',
      { volume: [{ name: 'a', emptyDir: {} }] },
      {},
      'Write volumes.',
    ],
    ['has a near name, and a far place', {}, { port: 80 }, 'Write ports.'],
    [
      'belongs to the part of its name of the pod',
      {},
      { securityContext: { fsGroup: 2000 } },
      'Move fsGroup to spec.template.spec.securityContext.',
    ],
    [
      'belongs to the part of its name of a container',
      { securityContext: { capabilities: {} } },
      {},
      'Move capabilities to spec.template.spec.containers.securityContext.',
    ],
  ])('%s', (_, pod, container, fix) => {
    expect(fixesIn(findingsIn(deployment('web', container, pod)))).toContain(fix);
  });

  test('of a Service that holds one value is a field of its ports', () => {
    const wrong = { ...service('web', 80), spec: { selector: { app: 'web' }, port: 80 } };
    expect(fixesIn(findingsIn(wrong, deployment('web', {})))).toEqual(['Move port to spec.ports.']);
  });

  test('is moved to the part of its name', () => {
    const text = textOf(
      deployment(
        'web',
        { securityContext: { runAsUser: 1, fsGroup: 2000 } },
        { securityContext: { runAsNonRoot: true } },
      ),
    );
    const after = mended(text);
    expect(readDocuments('a.yaml', after)[0]?.value).toMatchObject({
      spec: { template: { spec: { securityContext: { fsGroup: 2000, runAsNonRoot: true } } } },
    });
  });

  test('that stands for what is missing is the only finding', () => {
    const probe = { livenessProbe: { httpget: { path: '/', port: 80 } } };
    expect(fixesIn(findingsIn(deployment('web', probe)))).toEqual(['Write httpGet.']);
  });
});

test.each(['0755', 'yes', '1_000', '1e3'])(
  'a value that is to be a text is quoted as it is written: %s',
  (written) => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  mode: ${written}\n`;
    const [found, ...others] = inText(text);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      message: `data.mode is ${written}; expected a text; put it in quotes: "${written}".`,
      fix: `Write a text; put it in quotes: "${written}".`,
      here: { value: written },
    });
    expect(mended(text)).toBe(text.replace(written, `"${written}"`));
  },
);

test('a name that YAML reads as a truth value is only to be quoted', () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n\n';
  expect(fixesIn(inText(text))).toEqual(['Write a text; put it in quotes: "n".']);
  expect(mended(text)).toBe(text.replace('name: n', 'name: "n"'));
});

describe('a connection that a policy blocks', () => {
  const policy = (app: string, port: number): Fields => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'cache' },
    spec: {
      podSelector: { matchLabels: { app: 'cache' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app } } }], ports: [{ port }] }],
    },
  });
  const fixOf = (app: string, port: number): string[] =>
    findingsIn(
      ...store('cache', 'registry.example.org/cache:1', 6379),
      deployment('web', { env: env({ CACHE_HOST: 'cache', CACHE_PORT: '6379' }) }),
      policy(app, port),
    )
      .filter(({ code }) => code === 'CONNECTION_BLOCKED')
      .map(({ fix, there }) => `${fix} (${there?.field ?? ''})`);

  test('lacks the peer', () => {
    expect(fixOf('wbe', 6379)).toEqual([
      'Add web to "from" of the rule for port 6379 in NetworkPolicy cache. (spec.ingress.0.from)',
    ]);
  });
  test('lacks the port', () => {
    expect(fixOf('web', 6380)).toEqual([
      'Allow port 6379 in the ingress rules, or correct the port. (spec.ingress.0.ports.0.port)',
    ]);
  });
  test('lacks both', () => {
    expect(fixOf('wbe', 6380)).toEqual([
      'Add a rule to NetworkPolicy cache that lets web in to cache on port 6379/TCP. (spec.ingress.0.ports.0.port)',
    ]);
  });
});

test('of a port that an unknown program may open, no declared one is said to be right', () => {
  const found = findingsIn(
    deployment('web', {
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/', port: 8081 } },
    }),
  );
  expect(found).toMatchObject([
    {
      code: 'PROBE_PORT',
      severity: 'unknown',
      fix: 'Declare port 8081 if container main opens it; else ask a port that it opens.',
    },
  ]);
});

describe('an autoscaler whose target is missing', () => {
  const scaler: Fields = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
  };
  const cronJob: Fields = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'often' },
    spec: {
      schedule: '@daily',
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'main', image: 'registry.example.org/own:1' }],
            },
          },
        },
      },
    },
  };

  test('is told of workloads that can be scaled', () => {
    expect(findingsIn(scaler, cronJob, deployment('shop', {}))).toMatchObject([
      { code: 'OBJECT_MISSING', severity: 'error', fix: 'Name a workload that is there: Deployment shop.' },
    ]);
  });
  test('is unknown where none is here', () => {
    expect(findingsIn(scaler, cronJob)).toMatchObject([{ code: 'OBJECT_MISSING', severity: 'unknown' }]);
  });
});

test('what a URL is expanded from is told once, where it is written', () => {
  const found = findingsIn(
    ...store('cache', 'registry.example.org/cache:1', 6379),
    deployment('web', {
      env: env({
        CACHE_HOST: 'cache',
        CACHE_PORT: '6380',
        CACHE_URL: 'redis://$(CACHE_HOST):$(CACHE_PORT)/0',
        OTHER_URL: 'redis://cache:$(CACHE_PORT)/1',
      }),
    }),
  );
  expect(found.map(({ code, here }) => [code, here.value])).toEqual([['PORT_NOT_SERVED', '6380']]);
});
