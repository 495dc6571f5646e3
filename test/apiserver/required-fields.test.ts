import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCluster, type Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { KubernetesTypes } from '../../proof/schemas/kubernetes-types.ts';
import { wordAt } from '../../proof/schemas/type-tree.ts';
import { readDocuments, valueAt, type Path } from '../../proof/source.ts';
import { mayLack, withoutVersion } from '../../scripts/kubernetes-schemas.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startApiServer } from '../servers/kubernetes/api-server.ts';
import { refusal } from './strict-dry-run.ts';

/** Which fields an object may lack, as an API server has it in a strict dry run, beside what verify takes for required. */
const lab = forSuite(startApiServer);
const types = new KubernetesTypes('1.34');
const file = join(import.meta.dirname, 'required-fields.yaml');
const objects = readDocuments('required-fields.yaml', readFileSync(file, 'utf8')).map(
  ({ value }) => value as KubeObject,
);

interface Field {
  readonly object: KubeObject;
  readonly at: Path;
  /** Its type without the version, and its name. */
  readonly called: string;
}

/** Every field of the maps of an object. */
function fieldsOf(object: KubeObject): Field[] {
  const root = types.typeOfKind(object.apiVersion, object.kind) ?? '';
  const visit = (value: unknown, at: Path): Field[] => {
    if (typeof value !== 'object' || value === null) return [];
    const type = withoutVersion(wordAt(types, root, at) ?? '');
    return Object.entries(value).flatMap(([key, inner]) => {
      const path = [...at, Array.isArray(value) ? Number(key) : key];
      const own = Array.isArray(value) ? [] : [{ object, at: path, called: `${type} ${key}` }];
      return [...own, ...visit(inner, path)];
    });
  };
  return visit(object, []);
}

const all = objects.flatMap(fieldsOf);
const lacking = new Set(
  Object.entries(mayLack).flatMap(([type, fields]) => fields.map((field) => `${type} ${field}`)),
);
const inStatus = ({ at }: Field): boolean => at[0] === 'status' && at.length > 1;
const isRequired = ({ object, at }: Field): boolean => {
  const root = types.typeOfKind(object.apiVersion, object.kind) ?? '';
  const type = types.type(wordAt(types, root, at.slice(0, -1)) ?? '');
  return type?.required.includes(String(at.at(-1))) ?? false;
};

const sentTo = async (cluster: Cluster, object: KubeObject): Promise<string | undefined> => {
  const resource = await cluster.discovery.find(object.apiVersion, object.kind);
  const metadata = resource?.namespaced ? { ...object.metadata, namespace: 'corpus' } : object.metadata;
  return (await refusal(cluster, { ...object, metadata }))?.message;
};

/** What the server says of the object without a field. */
function without(cluster: Cluster, { object, at }: Field): Promise<string | undefined> {
  const copy = structuredClone(object);
  Reflect.deleteProperty(valueAt(copy, at.slice(0, -1)) as object, at.at(-1) ?? '');
  return sentTo(cluster, copy);
}

test('a field is required where an API server refuses an object without it', async () => {
  const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, 'test');
  await lab().createNamespace('corpus');
  for (const object of objects)
    expect([object.kind, object.metadata.name, await sentTo(cluster, object)]).toEqual([
      object.kind,
      object.metadata.name,
      undefined,
    ]);
  const taken: string[] = [];
  const refused: string[] = [];
  for (const field of all.filter((one) => one.at.join() !== 'metadata' && isRequired(one)))
    if ((await without(cluster, field)) === undefined) taken.push(field.called);
  const optional = all.filter((field) => inStatus(field) || lacking.has(field.called));
  for (const field of optional) {
    const said = await without(cluster, field);
    // Of the versions of a definition one is stored.
    if (said !== undefined && !said.includes('exactly one version marked as storage'))
      refused.push(`${field.called}: ${said}`);
  }
  cluster.api.close();
  expect({ taken, refused }).toEqual({ taken: [], refused: [] });
  expect([...lacking].filter((called) => !all.some((field) => field.called === called))).toEqual([]);
  expect(all.filter(isRequired).length).toBeGreaterThan(250);
});
