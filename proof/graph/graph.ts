import { valueAt, type Doc, type Place } from '../source.ts';
import type { Fault } from '../findings.ts';
import { customOf, Customs, type Custom } from './custom-objects.ts';
import { clusterKinds, type KnownKind } from './kinds.ts';
import { readObject, type AnyObject, type ObjectOf, type StandIns } from './objects.ts';
import type { Selector } from '../shapes/common.ts';
import { WorkloadIndex } from './workload-index.ts';
import { workloadOf, type Workload } from './workloads.ts';

/** The objects of a set of manifests, each part with the place it is written at. */
export interface Graph {
  readonly objects: readonly AnyObject[];
  readonly workloads: readonly Workload[];
  /** All objects of one kind, in the order they are written. */
  readonly ofKind: <K extends KnownKind>(kind: K) => readonly ObjectOf<K>[];
  /** The same, of one namespace. */
  readonly ofKindIn: <K extends KnownKind>(kind: K, namespace: string) => readonly ObjectOf<K>[];
  /** The same, of one name, in any namespace. */
  readonly ofKindCalled: <K extends KnownKind>(kind: K, name: string) => readonly ObjectOf<K>[];
  /** The object of that kind, namespace and name. */
  readonly find: <K extends KnownKind>(kind: K, namespace: string, name: string) => ObjectOf<K> | undefined;
  readonly workloadsIn: (namespace: string) => readonly Workload[];
  /** The workloads of a namespace whose pods a selector selects. */
  readonly selected: (namespace: string, selector: Selector) => readonly Workload[];
  /** The objects of kinds that are not read, such as custom resources. */
  readonly customs: Customs;
  /** Whether any object is in a namespace of that name. */
  readonly hasNamespace: (name: string) => boolean;
  /** Whether any object says that it is in one, of a kind that is read or not. */
  readonly isNamed: (namespace: string) => boolean;
}

export interface ReadGraph {
  readonly graph: Graph;
  /** The fields Kubernetes would refuse; they are not in the graph. */
  readonly faults: readonly Fault[];
  /** What the graph lacks therefore. */
  readonly damage: readonly Place[];
}

/** Reads documents into a graph. Pure. */
export function readGraph(docs: readonly Doc[], standIns: StandIns = 'plain'): ReadGraph {
  const reads = docs.map((doc) => ({ doc, ...readObject(doc, standIns) }));
  const named = new Set(docs.flatMap((doc) => namespaceOf(doc) ?? []));
  const usual = usualNamespace(named);
  const objects = reads.flatMap(({ doc, kind, content }) =>
    kind && content && !isTestHook(content.metadata.annotations)
      ? [
          {
            kind,
            name: content.metadata.name ?? content.metadata.generateName ?? '',
            namespace: clusterKinds.includes(kind) ? '' : (namespaceOf(doc) ?? usual),
            labels: content.metadata.labels,
            doc,
            content,
          } as AnyObject,
        ]
      : [],
  );
  return {
    graph: graphOf(
      objects,
      reads.flatMap(({ doc, kind }) => (kind ? [] : customOf(doc, namespaceOf(doc) ?? usual))),
      named,
    ),
    faults: reads.flatMap(({ faults }) => faults),
    damage: reads.flatMap(({ doc, damage }) => damage.map((path) => ({ doc, path }))),
  };
}

/** `helm test` runs and removes such objects; they are not installed. */
const isTestHook = (annotations: Readonly<Record<string, string>>): boolean =>
  /\btest(-success|-failure)?\b/.test(annotations['helm.sh/hook'] ?? '');

function graphOf(
  objects: readonly AnyObject[],
  customs: readonly Custom[],
  named: ReadonlySet<string>,
): Graph {
  // What stands for the namespace of objects that name none, where others name several: any of them may be meant.
  const open = named.size > 1 ? usualNamespace(named) : undefined;
  const byKind = Map.groupBy(objects, ({ kind }) => kind);
  const byNamespace = Map.groupBy(objects, ({ kind, namespace }) => keyOf(kind, namespace));
  const byCall = Map.groupBy(objects, ({ kind, name }) => keyOf(kind, name));
  const byName = new Map<string, AnyObject>();
  for (const object of objects) {
    const key = keyOf(object.kind, object.namespace, object.name);
    if (!byName.has(key)) byName.set(key, object);
  }
  const isOpen = ({ doc }: AnyObject): boolean => open !== undefined && namespaceOf(doc) === undefined;
  const find: Graph['find'] = <K extends KnownKind>(kind: K, namespace: string, name: string) =>
    (byName.get(keyOf(kind, namespace, name)) ??
      (open === undefined
        ? undefined
        : byCall.get(keyOf(kind, name))?.find((one) => namespace === open || isOpen(one)))) as
      ObjectOf<K> | undefined;
  const namespaces = new Set(objects.map(({ namespace }) => namespace));
  const workloads = objects.flatMap((object) => workloadOf(object, find) ?? []);
  const index = new WorkloadIndex(workloads);
  const openSelected = (namespace: string, selector: Selector): readonly Workload[] =>
    namespace === open
      ? [...namespaces].flatMap((one) => index.selected(one, selector))
      : index.selected(open ?? '', selector).filter(({ object }) => isOpen(object));
  return {
    objects,
    workloads,
    ofKind: <K extends KnownKind>(kind: K) => (byKind.get(kind) ?? []) as ObjectOf<K>[],
    ofKindIn: <K extends KnownKind>(kind: K, namespace: string) =>
      (byNamespace.get(keyOf(kind, namespace)) ?? []) as ObjectOf<K>[],
    ofKindCalled: <K extends KnownKind>(kind: K, name: string) =>
      (byCall.get(keyOf(kind, name)) ?? []) as ObjectOf<K>[],
    find,
    workloadsIn: (namespace) => index.in(namespace),
    selected: (namespace, selector) => {
      const found = index.selected(namespace, selector);
      return found.length > 0 || open === undefined ? found : openSelected(namespace, selector);
    },
    customs: new Customs(customs),
    hasNamespace: (name) => namespaces.has(name),
    isNamed: (namespace) => named.has(namespace),
  };
}

const keyOf = (...parts: readonly string[]): string => parts.join('\0');

/** An empty one is none. */
function namespaceOf({ value }: Doc): string | undefined {
  const namespace = valueAt(value, ['metadata', 'namespace']);
  return typeof namespace === 'string' && namespace !== '' ? namespace : undefined;
}

/** The namespace of objects that name none: the one the others name, if it is only one. */
function usualNamespace(named: ReadonlySet<string>): string {
  const [only = 'default'] = named;
  return named.size === 1 ? only : 'default';
}
