import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderStack, type Manifest } from '../../charts-ts/render.ts';
import { cornerStack } from '../charts-ts/corner-stack.ts';
import { at, fakeSecrets, idOf, pick, presetDocuments, stackOf, workloadsOf } from '../charts-ts/rendered.ts';
import { somebodyElsesStack } from '../charts-ts/somebody-elses-stack.ts';
import { without } from '../proof/hardening-fields.ts';
import { capture } from '../servers/command.ts';
import { forSuite } from '../servers/for-suite.ts';
import type { ApiAnswer } from '../servers/kubernetes/api-client.ts';
import { startApiServer } from '../servers/kubernetes/api-server.ts';

const server = forSuite(startApiServer);

/** Where objects of a kind are posted. A kind that is missing here is one nobody has judged yet. */
const collections: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  Secret: '/api/v1/namespaces/*/secrets',
  ConfigMap: '/api/v1/namespaces/*/configmaps',
  Service: '/api/v1/namespaces/*/services',
  ServiceAccount: '/api/v1/namespaces/*/serviceaccounts',
  Pod: '/api/v1/namespaces/*/pods',
  Deployment: '/apis/apps/v1/namespaces/*/deployments',
  StatefulSet: '/apis/apps/v1/namespaces/*/statefulsets',
  Job: '/apis/batch/v1/namespaces/*/jobs',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/namespaces/*/horizontalpodautoscalers',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/*/poddisruptionbudgets',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/*/networkpolicies',
  Ingress: '/apis/networking.k8s.io/v1/namespaces/*/ingresses',
};

function create(object: Manifest, query = ''): Promise<ApiAnswer> {
  const path = collections[object.kind];
  if (path === undefined) throw new Error(`Where are objects of kind ${object.kind} posted?`);
  return server().request('POST', path.replace('*', object.metadata.namespace ?? '') + query, object);
}

/** Judged as strictly as the API server can, and not kept. */
const dryRun = (object: Manifest): Promise<ApiAnswer> => create(object, '?dryRun=All&fieldValidation=Strict');

/** The Pod that a workload's controller would make: its template, and a volume for each claim. */
function podOf(workload: Manifest): Manifest {
  const { name, namespace = '' } = workload.metadata;
  const spec = structuredClone(at(workload, 'spec.template.spec')) as { volumes?: object[] };
  const claims = (at(workload, 'spec.volumeClaimTemplates') ?? []) as { metadata: { name: string } }[];
  const claimed = claims.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}-0` },
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...(at(workload, 'spec.template.metadata') as object), name, namespace },
    spec: { ...spec, volumes: [...(spec.volumes ?? []), ...claimed] },
  };
}

/** What a Pod needs there before admission looks at it: its namespace and its account. */
async function prepare(objects: readonly Manifest[]): Promise<void> {
  for (const object of objects.filter(({ kind }) => kind === 'Namespace' || kind === 'ServiceAccount'))
    expect(await create(object), idOf(object)).toMatchObject({ status: 201, warnings: [] });
}

const judged = async (objects: readonly Manifest[]): Promise<unknown[]> => {
  const answers = await Promise.all(objects.map(async (object) => ({ object, ...(await dryRun(object)) })));
  return answers
    .filter(({ status, warnings }) => status !== 201 || warnings.length > 0)
    .map(({ object, status, warnings, json }) => ({
      ...{ object: `${object.kind} ${object.metadata.name}`, status, warnings },
      message: at(json, 'message'),
    }));
};

const external = { external: { host: 'store.example.com', secretRef: { name: 'kept', key: 'password' } } };
const stacks = {
  ...Object.fromEntries(
    Object.entries(presetDocuments).map(([preset, spec]) => [
      preset,
      stackOf(spec, { namespace: `preset-${preset}` }),
    ]),
  ),
  'of external stores': stackOf(
    { redis: external, neo4j: external, qdrant: external },
    { namespace: 'external', name: 'elsewhere' },
  ),
  "of somebody else's": somebodyElsesStack,
  'of the corners of the model': cornerStack,
};

describe.each(Object.entries(stacks))('the stack %s', (_, stack) => {
  const objects = renderStack(stack, { secretValues: fakeSecrets(stack) });
  beforeAll(() => prepare(objects));

  test('is taken, object by object, strictly and without a warning', async () => {
    const rest = objects.filter(({ kind }) => kind !== 'Namespace' && kind !== 'ServiceAccount');
    expect(await judged(rest)).toEqual([]);
  });

  test('has pods that are taken as Pods, in a namespace that enforces `restricted`', async () => {
    const pods = [...workloadsOf(objects), ...objects.filter(({ kind }) => kind === 'Job')].map(podOf);
    expect(pods.length).toBeGreaterThan(0);
    expect(await judged(pods)).toEqual([]);
  });
});

/** What Pod Security `restricted` demands; the rest of the hardening is demanded by proof/packs/mooring/hardening.ts. */
const demanded = [
  'securityContext.runAsNonRoot',
  'securityContext.seccompProfile',
  'containers.0.securityContext.allowPrivilegeEscalation',
  'containers.0.securityContext.capabilities',
  'initContainers.0.securityContext.allowPrivilegeEscalation',
  'initContainers.0.securityContext.capabilities',
] as const;

describe('of the hardening nothing may be missing:', () => {
  const stack = stackOf({ backend: { nodePort: { enabled: false } } }, { namespace: 'hardening' });
  const objects = renderStack(stack);
  const neo4j = pick(objects, 'StatefulSet', 'demo-neo4j');
  beforeAll(() => prepare(objects));

  test.each(demanded)('a Pod without %s is refused', async (field) => {
    const { status, json } = await dryRun(without(podOf(neo4j), `spec.${field}`));
    expect({ status, message: at(json, 'message') }).toEqual({
      status: 403,
      message: expect.stringContaining('violates PodSecurity "restricted') as string,
    });
  });

  test.each(demanded)('a StatefulSet whose pods lack %s is warned of', async (field) => {
    const { warnings } = await dryRun(without(neo4j, `spec.template.spec.${field}`));
    expect(warnings).toEqual([expect.stringContaining('would violate PodSecurity "restricted')]);
  });
});

describe('what a user runs:', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));

  /** The version of each workload, which every write that changes anything changes. */
  const versions = async (): Promise<unknown> => {
    const { stdout } = await server().kubectl([
      ...['get', 'statefulsets,deployments', '--namespace', 'chat', '--output'],
      'jsonpath={range .items[*]}{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}',
    ]);
    expect(stdout.trim().split('\n')).toHaveLength(4);
    return stdout;
  };

  test('cdk8s synth, the Namespace, then kubectl apply of dist/, in a dry run and in earnest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mooring-apply-'));
    try {
      const dist = join(folder, 'dist');
      const app = `node "${join(root, 'charts-ts/main.ts')}"`;
      const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
      const synth = await capture(
        process.execPath,
        [
          ...[join(root, 'node_modules/cdk8s-cli/bin/cdk8s'), 'synth', '--no-check-upgrade'],
          ...['--app', app, '--output', dist],
        ],
        { cwd: folder, env: { MOORING_STACK: '', PATH: path } },
      );
      expect(synth).toMatchObject({ code: 0 });
      const apply = async (...args: string[]) => {
        const { code, stdout, stderr } = await server().kubectl(['apply', ...args]);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return stdout.trim().split('\n');
      };
      await apply('-f', join(dist, '0000-namespace.k8s.yaml'));
      const objects = renderStack(stackOf(), { secretValues: fakeSecrets(stackOf()) });
      expect(await apply('--dry-run=server', '-f', dist)).toHaveLength(objects.length);
      expect(await apply('-f', dist)).toHaveLength(objects.length);
      const before = await versions();
      // kubectl sends claims again, whose defaults it does not know; the API server sees no change in them.
      const again = (await apply('-f', dist)).filter((line) => !line.startsWith('statefulset'));
      expect(again.filter((line) => !line.endsWith(' unchanged'))).toEqual([]);
      expect(await versions()).toEqual(before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('a second clone, with secrets of its own, is refused instead of locking everybody out', async () => {
    const stack = stackOf({ backend: { nodePort: { enabled: false } } }, { namespace: 'second-clone' });
    const objects = renderStack(stack, { secretValues: fakeSecrets(stack) });
    await prepare(objects);
    const apply = (object: object) =>
      server().kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
    const secret = pick(objects, 'Secret', 'demo-secrets');
    expect(await apply(secret)).toMatchObject({ code: 0 });
    const others = { ...secret, data: { ...(secret['data'] as object), 'redis-password': btoa('other') } };
    const applied = await apply(others);
    expect(applied).toMatchObject({ code: 1, stderr: expect.stringContaining('immutable') as string });
  });
});
