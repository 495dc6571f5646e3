import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../../charts-ts/render.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { ownedKinds } from '../../../deploy/stack-objects.ts';
import { openCluster } from '../../../kube/cluster.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import { groupOf } from '../../../kube/objects.ts';
import { resourceOf } from '../../../operator/manifests/resources.ts';
import { at, idOf, pick } from '../../charts-ts/rendered.ts';
import { run } from '../../servers/command.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { startApiServer } from '../../servers/kubernetes/api-server.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';

const server = forSuite(startApiServer);
const kinds = [chatKind] as unknown as readonly StackKind[];
const manifests = operatorManifests(kinds);
const byId = (objects: readonly Manifest[]): Record<string, Manifest> =>
  Object.fromEntries(objects.map((object) => [idOf(object), object]));
const objectsIn = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);

describe('install.yaml', () => {
  const apply = async (): Promise<string[]> => {
    const { code, stdout, stderr } = await server().kubectl([
      ...['apply', '--server-side', '--validate=strict', '-f', 'operator/manifests/install.yaml'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim().split('\n');
  };
  const versions = async (): Promise<unknown[]> => {
    const { code, stdout } = await server().kubectl([
      ...['get', '-f', 'operator/manifests/install.yaml', '--output'],
      'jsonpath={range .items[*]}{.kind} {.metadata.resourceVersion}{"\\n"}{end}',
    ]);
    expect(code).toBe(0);
    // The API server itself notes what became of a definition.
    return stdout
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('CustomResourceDefinition'));
  };

  beforeAll(apply);

  test('is taken strictly, and a second time without a change', async () => {
    const before = await versions();
    expect(before).toHaveLength(manifests.length - 1);
    expect(await apply()).toHaveLength(manifests.length);
    expect(await versions()).toEqual(before);
  });

  test('has pods that are taken in its own Namespace, which enforces `restricted`', async () => {
    const deployment = pick(manifests, 'Deployment', 'mooring-operator');
    const { name, namespace = '' } = deployment.metadata;
    const { status, warnings, json } = await server().request(
      'POST',
      `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...(at(deployment, 'spec.template.metadata') as object), name, namespace },
        spec: at(deployment, 'spec.template.spec'),
      },
    );
    expect({ status, warnings, message: at(json, 'message') }).toEqual({
      ...{ status: 201, warnings: [], message: undefined },
    });
  });

  test('names resources as the API server does, the CRD of the kind included', async () => {
    const { api, discovery } = openCluster({ kubeconfig: server().kubeconfigPath }, 'test');
    try {
      for (const [apiVersion, kind] of ownedKinds) {
        const served = await discovery.find(apiVersion, kind);
        expect({ apiGroup: groupOf(apiVersion), resource: served?.plural }).toEqual(
          resourceOf(apiVersion, kind),
        );
      }
      for (const role of manifests.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role'))
        for (const { apiGroups, resources, verbs } of role['rules'] as Record<string, string[]>[]) {
          expect(apiGroups).toHaveLength(1);
          const known = await servedVerbs(apiGroups?.[0] ?? '');
          for (const resource of resources ?? [])
            expect(known.get(resource), resource).toEqual(expect.arrayContaining(verbs ?? []));
        }
    } finally {
      api.close();
    }
  });

  /** What may be done with each resource of a group, subresources included. */
  async function servedVerbs(group: string): Promise<Map<string, string[]>> {
    const { json } = await server().request('GET', group === '' ? '/api' : `/apis/${group}`);
    const versions =
      group === ''
        ? (at(json, 'versions') as string[]).map((version) => `/api/${version}`)
        : (at(json, 'versions') as { groupVersion: string }[]).map(
            ({ groupVersion }) => `/apis/${groupVersion}`,
          );
    const lists = await Promise.all(versions.map((path) => server().request('GET', path)));
    return new Map(
      lists
        .flatMap((list) => at(list.json, 'resources') as { name: string; verbs: string[] }[])
        .map(({ name, verbs }) => [name, verbs]),
    );
  }
});

test('kubectl kustomize of the base gives the same objects as install.yaml', async () => {
  const folder = 'operator/manifests/kustomize';
  const { code, stdout, stderr } = await server().kubectl(['kustomize', folder]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(byId(objectsIn(stdout))).toEqual(byId(manifests));
});

describe('the Helm chart', () => {
  const helm = forSuite(async () => ({ path: await builtProgram('helm'), stop: () => Promise.resolve() }));
  const rendered = async (...args: string[]): Promise<Manifest[]> =>
    objectsIn((await run(helm().path, ['template', 'a-release', join('operator', 'chart'), ...args])).stdout);

  test('gives the same objects as install.yaml', async () => {
    const objects = await rendered('--include-crds');
    expect(objects).toHaveLength(manifests.length);
    expect(byId(objects)).toEqual(byId(manifests));
  });

  test('gives the objects of one namespace in namespace mode, with the chosen image and replicas', async () => {
    const options = { namespace: 'talk', image: 'example.com/operator@sha256:0', replicas: 3 };
    const values = `namespaceMode=true,image=${options.image},replicas=${options.replicas}`;
    const objects = await rendered('--namespace', options.namespace, '--set', values);
    expect(byId(objects)).toEqual(byId(operatorManifests(kinds, options)));
  });

  test('has no fault that helm lint finds', async () => {
    const { stdout } = await run(helm().path, ['lint', '--strict', join('operator', 'chart')]);
    expect(stdout).toContain('0 chart(s) failed');
  });
});
