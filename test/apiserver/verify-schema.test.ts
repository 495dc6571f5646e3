import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openCluster, type Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { schemaFaults } from '../../proof/schemas/faults.ts';
import { KubernetesTypes } from '../../proof/schemas/kubernetes-types.ts';
import { wordAt } from '../../proof/schemas/type-tree.ts';
import { Validator } from '../../proof/schemas/validator.ts';
import { valueAt, type Path } from '../../proof/source.ts';
import { refusedObjects } from '../proof/refused-objects.ts';
import type { Fields } from '../proof/small-manifests.ts';
import { corpusFiles, fileDocs, presetDocs } from '../proof/manifests.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startApiServer } from '../servers/kubernetes/api-server.ts';
import { refusal } from './strict-dry-run.ts';

/** Kubernetes' schema as verify has it, judged by the API server's own strict dry run. */
const lab = forSuite(startApiServer);
const validator = new Validator(new KubernetesTypes('1.34'));
const seed = 20_261_128;
const mutants = 2_000;

const objects = [
  ...presetDocs('staging'),
  ...fileDocs('handwritten/assistant.yaml'),
  ...fileDocs('handwritten/shop.yaml'),
]
  .map(({ value }) => value as KubeObject)
  .filter(({ kind }) => kind !== 'Namespace');

interface Mutant {
  readonly what: 'unknown' | 'mistyped' | 'removed';
  readonly at: Path;
  readonly object: KubeObject;
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Every part of an object but what says what it is. */
function pathsIn(value: unknown, at: Path = []): Path[] {
  if (!isGroup(value)) return [at];
  return [
    ...(at.length > 0 ? [at] : []),
    ...Object.entries(value)
      .filter(([key]) => at.length > 0 || !['apiVersion', 'kind'].includes(key))
      .flatMap(([key, inner]) => pathsIn(inner, [...at, Array.isArray(value) ? Number(key) : key])),
  ];
}

function mutantsOf(object: KubeObject): Mutant[] {
  return pathsIn(object)
    .filter(
      ([first, second]) =>
        first !== 'metadata' || !['name', 'namespace', 'undefined'].includes(String(second)),
    )
    .flatMap((at): Mutant[] => {
      const here = valueAt(object, at);
      const mutant = (
        what: Mutant['what'],
        change: (parent: Record<string, unknown>, key: string) => void,
      ): Mutant => {
        const copy = structuredClone(object);
        change(valueAt(copy, at.slice(0, -1)) as Record<string, unknown>, String(at.at(-1)));
        return { what, at, object: copy };
      };
      return [
        mutant('mistyped', (parent, key) => {
          parent[key] = typeof here === 'string' ? { of: 'fields' } : 'a text';
        }),
        ...(typeof at.at(-1) === 'string'
          ? [mutant('removed', (parent, key) => Reflect.deleteProperty(parent, key))]
          : []),
        ...(isGroup(here) && !Array.isArray(here)
          ? [mutant('unknown', (parent, key) => Object.assign(parent[key] as object, { notAField: true }))]
          : []),
      ];
    });
}

const namespaces = new Set(['default', 'kube-system']);

/** Each namespace of the objects that is not there yet. */
async function makeNamespaces(all: readonly KubeObject[]): Promise<void> {
  for (const { metadata } of all) {
    const { namespace = 'default' } = metadata;
    if (!namespaces.has(namespace)) await lab().createNamespace(namespace);
    namespaces.add(namespace);
  }
}

/** A Pod needs the ServiceAccount of its namespace, which `default` has none of here. */
async function inNamespace({ discovery }: Cluster, object: KubeObject): Promise<KubeObject> {
  const resource = await discovery.find(object.apiVersion, object.kind);
  if (!resource?.namespaced) return object;
  // An empty namespace is none.
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace || 'corpus' } };
}

const ours = (object: KubeObject): string[] =>
  schemaFaults({ file: '', value: object, lineOf: () => 1 }, validator).map(({ message }) => message);

describe('the schema of verify', () => {
  test('takes what the API server takes, and refuses the fields and types that it refuses', async () => {
    const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, 'test');
    await makeNamespaces(objects);
    for (const object of objects)
      expect([await refusal(cluster, object), ours(object)]).toEqual([undefined, []]);
    const all = fc.sample(fc.constantFrom(...objects.flatMap(mutantsOf)), { numRuns: mutants, seed });
    const apart: string[] = [];
    for (const { what, at, object } of all) {
      const [theirs, found] = [await refusal(cluster, object), ours(object)];
      const isApart = found.length > 0 ? theirs === undefined : theirs?.bySchema;
      if (isApart)
        apart.push(
          `${what} ${object.kind} ${at.join('.')}: ${theirs?.message ?? 'taken'}; ours: ${found.join() || 'taken'}`,
        );
    }
    cluster.api.close();
    expect(apart).toEqual([]);
  });

  test('each correct manifest of the corpus is one that the API server takes', async () => {
    const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, 'test');
    const all = corpusFiles.flatMap((file) => fileDocs(file));
    // Kinds of other groups are not served here, those of a CRD of the corpus neither.
    const known = all
      .map(({ value }) => value as KubeObject)
      .filter(({ apiVersion, kind }) => validator.types.typeOfKind(apiVersion, kind) !== undefined);
    const served = await Promise.all(known.map((object) => inNamespace(cluster, object)));
    await makeNamespaces(served);
    const refused: string[] = [];
    for (const object of served.filter(({ kind }) => kind !== 'Namespace')) {
      const found = await refusal(cluster, object);
      if (found) refused.push(`${object.kind} ${object.metadata.name}: ${found.message}`);
    }
    cluster.api.close();
    expect(served.length).toBeGreaterThan(180);
    expect(refused).toEqual([]);
  });

  test('each law beside the schema is one of the API server: it refuses the broken object, and takes its twin', async () => {
    const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, 'test');
    const answer = async (object: Fields): Promise<string | undefined> => {
      const placed = await inNamespace(cluster, object as unknown as KubeObject);
      await makeNamespaces([placed]);
      return (await refusal(cluster, placed))?.message;
    };
    const apart: string[] = [];
    for (const { name, right, wrong } of refusedObjects) {
      const message = await answer(right);
      if (message !== undefined) apart.push(`the twin of ${name} is refused: ${message}`);
      if ((await answer(wrong)) === undefined) apart.push(`${name} is taken`);
    }
    cluster.api.close();
    expect(apart).toEqual([]);
  });

  test('the API server refuses another value where Kubernetes’ code has a few only', async () => {
    const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, 'test');
    await makeNamespaces(objects);
    const taken: string[] = [];
    let tried = 0;
    for (const object of objects) {
      const type = validator.types.typeOfKind(object.apiVersion, object.kind) ?? '';
      for (const at of pathsIn(object)) {
        const field = String(at.at(-1));
        const parent = wordAt(validator.types, type, at.slice(0, -1));
        if (parent === undefined || !validator.types.type(parent)?.choices.has(field)) continue;
        const copy = structuredClone(object);
        const value = valueAt(copy, at);
        Reflect.set(
          valueAt(copy, at.slice(0, -1)) as object,
          field,
          Array.isArray(value) ? ['Nonsense'] : 'Nonsense',
        );
        tried += 1;
        if (!(await refusal(cluster, copy))) taken.push(`${object.kind} ${at.join('.')}`);
      }
    }
    cluster.api.close();
    expect(tried).toBeGreaterThan(50);
    expect(taken).toEqual([]);
  });
});
