import { nearest, onlyNearest } from '../../model/nearest.ts';
import { setting, slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { textsOf } from '../graph/environment.ts';
import { oncePer } from '../graph/once-per.ts';
import { listed } from '../listed.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { called, inContainer, inPod, when, type Check, type Subject } from './subject.ts';

/** A name of a ConfigMap or Secret, and maybe of keys in it, somewhere in a pod. */
interface Reference {
  readonly workload: Workload;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly keys: readonly { readonly key: string; readonly place: Place }[];
  readonly optional: boolean;
  readonly place: Place;
}

/** ConfigMaps that Kubernetes, OpenShift and Istio make in every namespace. */
const madeEverywhere = ['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert'];

/** ConfigMaps and keys that pods refer to must exist. A Secret may be outside the manifests; a key of one among them may not. */
export const configuration: Check = (subject) =>
  subject.graph.workloads.flatMap((workload) =>
    referencesOf(workload).flatMap((reference) => missing(subject, reference)),
  );

function missing({ graph }: Subject, reference: Reference): Fault[] {
  const { workload, kind, name, keys, optional } = reference;
  if (optional || madeEverywhere.includes(name)) return [];
  const found = graph.find(kind, workload.namespace, name);
  if (!found) return isMade(graph, reference) ? [] : missingObject(graph, reference);
  const { held, known, words } = keysIn(found);
  return keys
    .filter(({ key }) => !held.has(key))
    .map(({ key, place: here }) => {
      const like = nearest(key, known);
      return {
        code: 'KEY_MISSING' as const,
        // An object with nothing in it is there for others to fill.
        ...(known.length === 0 ? { severity: 'warning' as const } : {}),
        message: `${called(workload)} takes key "${key}" from ${kind} ${name}, which has ${words}; its pods will not start.`,
        here,
        there: placeIn(found, 'data'),
        fix: like ? `Write ${like}.` : `Add the key to ${kind} ${name}, or take another.`,
        ...slipOf(here, key, known),
      };
    });
}

/** Those of `binaryData` too; and as a sentence says them, once for all that are missing. */
const keysIn = oncePer((object: Holder) => {
  const binary = object.kind === 'ConfigMap' ? Object.keys(object.content.binaryData) : [];
  const known = [...Object.keys(textsOf(object)), ...binary];
  return { held: new Set(known), known, words: listed(known) || 'no key' };
});

/** A Certificate, an ExternalSecret and the like say which Secret they make. */
const isMade = (graph: Graph, { workload, kind, name }: Reference): boolean =>
  kind === 'Secret' && graph.customs.uses(workload.namespace, name);

/** A missing Secret is reported only where the manifests have one that was probably meant. */
function missingObject(graph: Graph, { workload, kind, name, keys, place }: Reference): Fault[] {
  const others = graph.ofKindIn(kind, workload.namespace);
  const { names, holders } = namesIn(graph)(others);
  const near = nearest(name, names);
  const twin = graph.find(kind === 'Secret' ? 'ConfigMap' : 'Secret', workload.namespace, name);
  const meant =
    twin ??
    graph.ofKindCalled(kind, name)[0] ??
    (near === undefined ? undefined : graph.find(kind, workload.namespace, near)) ??
    keys.flatMap(({ key }) => holders.get(key) ?? [])[0];
  const only = onlyNearest(name, names);
  const alone = only === undefined ? undefined : graph.find(kind, workload.namespace, only);
  const holds = alone && keys.every(({ key }) => key in textsOf(alone)) ? alone : undefined;
  const fix = meant ? `Write ${meant.name}.` : `Add the ${kind}, or correct its name.`;
  return when(kind === 'ConfigMap' || meant, () => ({
    code: 'OBJECT_MISSING',
    ...(meant || (others.length > 0 && !graph.customs.mayMakeCalled(workload.namespace, name))
      ? {}
      : { severity: 'unknown' }),
    message: `${called(workload)} takes values from ${kind} ${name}, which is not in namespace ${workload.namespace}; its pods will not start.`,
    here: place,
    ...(meant ? { there: placeIn(meant, 'metadata', 'name') } : {}),
    fix: twin
      ? `It is a ${twin.kind}: make it a ${kind}, or refer to it as what it is.`
      : meant?.name === name
        ? `It is in namespace ${meant.namespace}: put both into one.`
        : fix,
    ...(holds && !twin ? setting(place, holds.name) : {}),
  }));
}

/** A part of a ConfigMap or Secret that is mounted alone must be in it: else an empty folder is mounted. */
export const subPaths: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      container.spec.volumeMounts.flatMap(({ name, subPath = '' }, index) => {
        const { source, paths } = partsOf(graph, workload, name);
        const isThere = paths.some((path) => path === subPath || path.startsWith(`${subPath}/`));
        if (!source || paths.length === 0 || subPath === '' || isThere) return [];
        const here = inContainer(container, 'volumeMounts', index, 'subPath');
        return [
          {
            code: 'KEY_MISSING' as const,
            message: `${called(workload)} mounts "${subPath}" of ${called(source)}, which as volume "${name}" has ${listed(paths)}: an empty folder is mounted instead.`,
            here,
            there: placeIn(source, 'data'),
            fix: 'Mount a part that it has.',
            ...slipOf(here, subPath, paths),
          },
        ];
      }),
    ),
  );

/** The ConfigMap or Secret of a volume, if it is here, and the paths of its parts. */
function partsOf(
  graph: Graph,
  workload: Workload,
  name: string,
): { readonly source?: Holder | undefined; readonly paths: readonly string[] } {
  const { configMap, secret } = workload.pod.volumes.find((one) => one.name === name) ?? {};
  const source = configMap
    ? graph.find('ConfigMap', workload.namespace, configMap.name)
    : secret && graph.find('Secret', workload.namespace, secret.secretName);
  const items = (configMap ?? secret)?.items ?? [];
  return {
    source,
    paths: items.length > 0 ? items.map(({ path }) => path) : source ? keysIn(source).known : [],
  };
}

type Holder = ObjectOf<'ConfigMap'> | ObjectOf<'Secret'>;

/** What objects are called, and, by key, those that no pod refers to. */
const namesIn = oncePer((graph: Graph) =>
  oncePer((objects: readonly Holder[]) => {
    const unused = objects.filter(
      (object) => !used(graph).has(keyOf(object)) && !graph.customs.uses(object.namespace, object.name),
    );
    const keyed = unused.flatMap((object) => Object.keys(textsOf(object)).map((key) => ({ key, object })));
    const holders = new Map(keyed.map(({ key, object }) => [key, object] as const).reverse());
    return { names: objects.map(({ name }) => name), holders };
  }),
);

/** The ConfigMaps and Secrets that any pod refers to. */
const used = oncePer(
  ({ workloads }: Graph) =>
    new Set(
      workloads.flatMap((workload) =>
        referencesOf(workload).map(({ kind, name }) => keyOf({ kind, name, namespace: workload.namespace })),
      ),
    ),
);

const keyOf = ({ kind, namespace, name }: Pick<Holder, 'kind' | 'namespace' | 'name'>): string =>
  [kind, namespace, name].join('/');

function referencesOf(workload: Workload): Reference[] {
  return [
    ...workload.containers.flatMap((container) => fromContainer(workload, container)),
    ...workload.pod.volumes.flatMap(({ configMap, secret, projected }, index): Reference[] => {
      const at = (...path: (string | number)[]) => inPod(workload, 'volumes', index, ...path);
      const base = { workload, keys: [] };
      const items = (list: readonly { key: string }[], ...path: string[]) =>
        list.map(({ key }, item) => ({ key, place: at(...path, 'items', item, 'key') }));
      return [
        ...(configMap
          ? [
              {
                ...base,
                kind: 'ConfigMap' as const,
                ...configMap,
                keys: items(configMap.items, 'configMap'),
                place: at('configMap', 'name'),
              },
            ]
          : []),
        ...(secret
          ? [
              {
                ...base,
                kind: 'Secret' as const,
                ...secret,
                name: secret.secretName,
                keys: items(secret.items, 'secret'),
                place: at('secret', 'secretName'),
              },
            ]
          : []),
        ...(projected?.sources ?? []).flatMap((source, part) => [
          ...(source.configMap
            ? [
                {
                  ...base,
                  kind: 'ConfigMap' as const,
                  ...source.configMap,
                  place: at('projected', 'sources', part, 'configMap', 'name'),
                },
              ]
            : []),
          ...(source.secret
            ? [
                {
                  ...base,
                  kind: 'Secret' as const,
                  ...source.secret,
                  place: at('projected', 'sources', part, 'secret', 'name'),
                },
              ]
            : []),
        ]),
      ];
    }),
  ];
}

function fromContainer(workload: Workload, container: Container): Reference[] {
  const keyed = container.spec.env.flatMap(({ valueFrom }, index) =>
    (['secretKeyRef', 'configMapKeyRef'] as const).flatMap((field): Reference[] => {
      const wanted = valueFrom?.[field];
      if (!wanted) return [];
      const at = (part: string) => inContainer(container, 'env', index, 'valueFrom', field, part);
      const { name, key, optional } = wanted;
      const kind = field === 'secretKeyRef' ? 'Secret' : 'ConfigMap';
      return [{ workload, kind, name, optional, keys: [{ key, place: at('key') }], place: at('name') }];
    }),
  );
  const whole = container.spec.envFrom.flatMap((source, index) =>
    (['secretRef', 'configMapRef'] as const).flatMap((field): Reference[] => {
      const wanted = source[field];
      const kind = field === 'secretRef' ? 'Secret' : 'ConfigMap';
      return wanted
        ? [
            {
              workload,
              kind,
              name: wanted.name,
              optional: wanted.optional,
              keys: [],
              place: inContainer(container, 'envFrom', index, field, 'name'),
            },
          ]
        : [];
    }),
  );
  return [...keyed, ...whole];
}
