import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompactType, KubernetesSchema, Retired } from '../proof/schemas/kubernetes-types.ts';

/**
 * Kubernetes' own schema, compact: which fields each kind has, of which type, in which versions. Read from the OpenAPI
 * documents (v3) of k8s.io/kubernetes, which the Go module proxy serves without a build, and from the generated life
 * cycles of k8s.io/api.
 */
export const kubernetesReleases = ['v1.31.14', 'v1.32.10', 'v1.33.6', 'v1.34.4'] as const;

/**
 * Fields that OpenAPI calls required and an API server takes an object without: it has a default, or nothing is a value
 * of the type. By group and type. test/apiserver/required-fields.test.ts asks an API server about them and all others.
 */
export const mayLack: Readonly<Record<string, readonly string[]>> = {
  'apiextensions.CustomResourceDefinitionVersion': ['served', 'storage'],
  'apps.ControllerRevision': ['revision'],
  'batch.PodFailurePolicy': ['rules'],
  'batch.PodFailurePolicyOnPodConditionsPattern': ['status'],
  'core.ClusterTrustBundleProjection': ['path'],
  'core.HTTPHeader': ['value'],
  'core.ISCSIPersistentVolumeSource': ['lun'],
  'core.ISCSIVolumeSource': ['lun'],
  'core.LimitRangeSpec': ['limits'],
  'core.PreferredSchedulingTerm': ['preference'],
  'core.ScaleIOPersistentVolumeSource': ['secretRef'],
  'core.ScaleIOVolumeSource': ['secretRef'],
  'core.SleepAction': ['seconds'],
  'core.Sysctl': ['value'],
  'discovery.EndpointSlice': ['endpoints'],
  'discovery.ForZone': ['name'],
  'rbac.RoleRef': ['apiGroup'],
  'resource.DeviceCapacity': ['value'],
  'resource.DeviceClass': ['spec'],
  'resource.ResourceClaim': ['spec'],
  'resource.ResourceClaimTemplate': ['spec'],
  'resource.ResourceClaimTemplateSpec': ['spec'],
  'resource.ResourcePool': ['generation'],
  'scheduling.PriorityClass': ['value'],
  'storage.CSIDriver': ['spec'],
  'storage.CSINode': ['spec'],
  'storage.CSINodeSpec': ['drivers'],
  'storage.TokenRequest': ['audience'],
};

/** `rbac.RoleRef` of `rbac.v1.RoleRef`: what one version may lack, each may. */
export const withoutVersion = (type: string): string => type.replace(/\.v\d\w*\./, '.');

/** A schema of an OpenAPI document, as far as it is read. */
export interface OpenApi {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApi[];
  readonly oneOf?: readonly OpenApi[];
  readonly type?: string;
  readonly format?: string;
  readonly items?: OpenApi;
  readonly additionalProperties?: OpenApi;
  readonly properties?: Readonly<Record<string, OpenApi>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

/** By name, without the path. */
export type Schemas = ReadonlyMap<string, OpenApi>;

/** The folder of a Go module, downloaded where it is not there yet. */
function moduleFolder(module: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' });
  return (JSON.parse(answer) as { readonly Dir: string }).Dir;
}

/** Every schema of one release. @throws where Go or its module proxy cannot be reached. */
export function schemasOf(module: string): Schemas {
  const folder = join(moduleFolder(`k8s.io/kubernetes@${module}`), 'api/openapi-spec/v3');
  return new Map(
    readdirSync(folder)
      .filter((name) => /^api(s__.*)?__v[^_]*_openapi\.json$/.test(name))
      .flatMap((name) => {
        const text = readFileSync(join(folder, name), 'utf8');
        const { components } = JSON.parse(text) as { components?: { schemas?: Record<string, OpenApi> } };
        return Object.entries(components?.schemas ?? {});
      }),
  );
}

const shortName = (name: string): string =>
  name
    .replace(/^.*\/schemas\//, '')
    .replace(/^io\.k8s\.(kube-aggregator|apiextensions-apiserver)\.pkg\.apis\./, '')
    .replace(/^io\.k8s\.(api|apimachinery\.pkg)\./, '');

/** Types that are one value, written out in their documentation only. */
const scalars: Readonly<Record<string, string>> = {
  'api.resource.Quantity': 'quantity',
  'util.intstr.IntOrString': 'integer|string',
  'apis.meta.v1.Time': 'string',
  'apis.meta.v1.MicroTime': 'string',
};

/** A schema as a word: `string`, `[T]` a list, `{T}` a map, a type's name, or `any`. */
function wordOf(schema: OpenApi, schemas: Schemas): string {
  const inner = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (inner !== undefined) return wordOfReference(inner, schemas);
  if (schema.format === 'int-or-string') return scalars['util.intstr.IntOrString'] ?? 'any';
  if (schema.type === 'array') return `[${wordOf(schema.items ?? {}, schemas)}]`;
  if (schema.type === 'object')
    return schema.additionalProperties ? `{${wordOf(schema.additionalProperties, schemas)}}` : 'object';
  return schema.type ?? 'any';
}

function wordOfReference(reference: string, schemas: Schemas): string {
  const name = shortName(reference);
  const target = schemas.get(reference.replace(/^.*\/schemas\//, ''));
  const isGroup = target?.properties !== undefined;
  if (scalars[name] !== undefined) return scalars[name];
  return isGroup || !target ? name : wordOf(target, schemas);
}

/** The versions that have something, by each version's word for it: one word where all agree. */
function acrossVersions(words: readonly (string | undefined)[], versions: readonly string[]): string {
  const runs: { word: string; from: number; to: number }[] = [];
  words.forEach((word, at) => {
    const last = runs.at(-1);
    if (word === undefined) return;
    if (last?.word === word && last.to === at - 1) last.to = at;
    else runs.push({ word, from: at, to: at });
  });
  return runs
    .map(({ word, from, to }) =>
      from === 0 && to === versions.length - 1 ? word : `${word} @${versions[from]}-${versions[to]}`,
    )
    .join(' ');
}

/** Where it is kept. */
export const kubernetesSchemaFile = 'proof/schemas/kubernetes.json';

/**
 * The newest patch of each of these releases.
 * @throws where Go or its module proxy cannot be reached.
 */
export const newestPatches = (): string[] =>
  kubernetesReleases.map((release) => {
    const query = `k8s.io/kubernetes@${release.replace(/\.\d+$/, '')}`;
    return execFileSync('go', ['list', '-m', '-f', '{{.Version}}', query], { encoding: 'utf8' }).trim();
  });

/**
 * The file's text: a line for each kind and type.
 * @throws where Go or its module proxy cannot be reached.
 */
export function kubernetesSchemaText(releases: readonly string[] = kubernetesReleases): string {
  const { versions, ...tables } = readKubernetesSchema(releases);
  const lines = Object.entries(tables).map(([name, table]) => {
    const rows = Object.entries(table).map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    return `${JSON.stringify(name)}:{\n${rows.join(',\n')}\n}`;
  });
  return `{"versions":${JSON.stringify(versions)},\n${lines.join(',\n')}\n}\n`;
}

function readKubernetesSchema(modules: readonly string[]): KubernetesSchema {
  const versions = modules.map((module) => module.replace(/^v(\d+\.\d+)\..*$/, '$1'));
  const releases = modules.map(schemasOf);
  const kinds = kindsOf(releases, versions);
  const types = reachable(typesOf(releases, versions), kinds);
  const choices = choicesIn(modules);
  for (const [name, type] of Object.entries(types))
    if (choices[name]) types[name] = { ...type, choices: choices[name] };
  return { versions, kinds, types, retired: retiredIn(modules.at(-1) ?? '') };
}

function kindsOf(releases: readonly Schemas[], versions: readonly string[]): KubernetesSchema['kinds'] {
  const found: Record<string, Record<string, (string | undefined)[]>> = {};
  releases.forEach((schemas, at) => {
    for (const [name, schema] of schemas)
      for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
        if (!schema.properties?.['metadata'] || !schema.properties['apiVersion'] || kind.endsWith('List'))
          continue;
        const apiVersion = group === '' ? version : `${group}/${version}`;
        const words = ((found[apiVersion] ??= {})[kind] ??= versions.map(() => undefined));
        words[at] = shortName(name);
      }
  });
  return mapped(found, (ofGroup) => mapped(ofGroup, (words) => acrossVersions(words, versions)));
}

function typesOf(releases: readonly Schemas[], versions: readonly string[]): Record<string, CompactType> {
  const names = new Set(releases.flatMap((schemas) => [...schemas.keys()]));
  const types: Record<string, CompactType> = {};
  for (const name of names) {
    const all = releases.map((schemas) => schemas.get(name));
    const fields = new Set(all.flatMap((schema) => Object.keys(schema?.properties ?? {})));
    if (fields.size === 0) continue;
    const lacking = mayLack[withoutVersion(shortName(name))] ?? [];
    const required = [...fields].filter(
      (field) =>
        !lacking.includes(field) && all.every((schema) => !schema || schema.required?.includes(field)),
    );
    const wordsOf = (field: string): (string | undefined)[] =>
      releases.map((schemas) => {
        const property = schemas.get(name)?.properties?.[field];
        return property && wordOf(property, schemas);
      });
    types[shortName(name)] = {
      fields: Object.fromEntries(
        [...fields].map((field) => [field, acrossVersions(filled(wordsOf(field), all), versions)]),
      ),
      ...(required.length > 0 ? { required } : {}),
    };
  }
  return types;
}

/** A version that has the whole type not says nothing of its fields: its kind is not served there. */
const filled = (
  words: readonly (string | undefined)[],
  all: readonly (OpenApi | undefined)[],
): (string | undefined)[] => {
  const [any] = words.filter((word) => word !== undefined);
  return words.map((word, at) => word ?? (all[at] === undefined ? any : undefined));
};

/**
 * The types that objects in manifests can have. Of those that are in a status alone, which a server overwrites, no field is
 * required.
 */
function reachable(
  types: Readonly<Record<string, CompactType>>,
  kinds: KubernetesSchema['kinds'],
): Record<string, CompactType> {
  const roots = Object.values(kinds).flatMap((ofGroup) => Object.values(ofGroup).flatMap(namesIn));
  const own = new Set(roots);
  const written = reachedFrom(types, roots, (type, field) => field !== 'status' || !own.has(type));
  const all = reachedFrom(types, roots, () => true);
  const found = [...all].flatMap((name): [string, CompactType][] => {
    const type = types[name];
    if (!type) return [];
    return [[name, written.has(name) ? type : { fields: type.fields }]];
  });
  return mapped(Object.fromEntries(found), (type) => type);
}

const namesIn = (word: string): string[] => [...word.matchAll(/[\w.-]+\.[\w.-]+/g)].map(([name]) => name);

/** Some types, and those of their fields, and so on. */
function reachedFrom(
  types: Readonly<Record<string, CompactType>>,
  roots: readonly string[],
  follows: (type: string, field: string) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name) || !types[name]) return;
    found.add(name);
    for (const [field, word] of Object.entries(types[name].fields))
      if (follows(name, field)) namesIn(word).forEach(visit);
  };
  roots.forEach(visit);
  return found;
}

const generatedCode = 'pkg/generated/openapi/zz_generated.openapi.go';
const generatedType = /^func schema_(?:k8sio_api_|pkg_)(\w+)\(/;
const generatedField = /^\t{5}"(\w+)": \{$/;
const generatedChoices = /\bEnum:\s+\[\]interface\{\}\{(.*)\}/;

/**
 * The only values of a field, by type and field, of any of the releases. Kubernetes' documents leave them out; its
 * generated code has them. What is a status is no part of a manifest.
 */
function choicesIn(modules: readonly string[]): Record<string, Record<string, readonly string[]>> {
  const found: Record<string, Record<string, readonly string[]>> = {};
  for (const module of modules) {
    const code = readFileSync(join(moduleFolder(`k8s.io/kubernetes@${module}`), generatedCode), 'utf8');
    for (const { type, field, values } of choicesOf(code)) {
      const ofType = (found[type] ??= {});
      ofType[field] = [...new Set([...(ofType[field] ?? []), ...values])]
        .filter((value) => value !== '')
        .sort();
    }
  }
  return found;
}

interface Choices {
  readonly type: string;
  readonly field: string;
  readonly values: readonly string[];
}

function choicesOf(code: string): Choices[] {
  let [type, field] = ['', ''];
  return code.split('\n').flatMap((line): Choices[] => {
    type = generatedType.exec(line)?.[1]?.replaceAll('_', '.') ?? type;
    field = generatedField.exec(line)?.[1] ?? field;
    const values = generatedChoices.exec(line)?.[1];
    if (values === undefined || type.endsWith('Status')) return [];
    return [{ type, field, values: JSON.parse(`[${values}]`) as string[] }];
  });
}

/** When kinds were deprecated and removed, as k8s.io/api says in generated code. */
function retiredIn(module: string): KubernetesSchema['retired'] {
  const folder = moduleFolder(`k8s.io/api@${module.replace(/^v1\./, 'v0.')}`);
  const found: Record<string, Record<string, Retired>> = {};
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('zz_generated.prerelease-lifecycle.go')) continue;
    const [path = '', version = ''] = file.split('/');
    const register = readFileSync(join(folder, path, version, 'register.go'), 'utf8');
    const group = /GroupName = "([^"]*)"/.exec(register)?.[1] ?? path;
    const kinds = retiredKinds(readFileSync(join(folder, file), 'utf8'));
    if (Object.keys(kinds).length > 0) found[`${group}/${version}`] = kinds;
  }
  return mapped(found, (kinds) => kinds);
}

const release =
  /func \(in \*(\w+)\) APILifecycle(Deprecated|Removed)\(\) \(major, minor int\) \{\s*return (\d+), (\d+)/g;
const successor =
  /func \(in \*(\w+)\) APILifecycleReplacement\(\)[^{]*\{\s*return schema\.GroupVersionKind\{Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"/g;

function retiredKinds(code: string): Record<string, Retired> {
  const facts = [
    ...matches(code, release).map(([kind, what, major, minor]) => ({
      kind,
      facts: { [what.toLowerCase()]: `${major}.${minor}` },
    })),
    ...matches(code, successor).map(([kind, group, version, other]) => ({
      kind,
      facts: { replacement: `${group === '' ? version : `${group}/${version}`} ${other}` },
    })),
  ].filter(({ kind }) => !kind.endsWith('List'));
  const kinds = [...new Set(facts.map(({ kind }) => kind))].map((kind): [string, Retired] => {
    const own = facts.filter((fact) => fact.kind === kind).map(({ facts: said }) => said);
    return [kind, Object.assign({}, ...own) as Retired];
  });
  return Object.fromEntries(kinds.filter(([, { deprecated, removed }]) => deprecated ?? removed));
}

/** The four groups of each match. */
const matches = (code: string, pattern: RegExp): [string, string, string, string][] =>
  [...code.matchAll(pattern)].map(([, one = '', two = '', three = '', four = '']) => [one, two, three, four]);

/** By key in order, so that the same sources give the same bytes. */
const mapped = <T, R>(record: Readonly<Record<string, T>>, of: (value: T) => R): Record<string, R> =>
  Object.fromEntries(
    Object.entries(record)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => [key, of(value)]),
  );
