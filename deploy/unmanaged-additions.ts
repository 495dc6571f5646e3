import { fieldManager } from '../model/names.ts';
import { has, type FieldPath, type FieldSet } from '../kube/fields.ts';
import { shownValue } from '../model/redact.ts';
import type { KubeObject } from '../kube/objects.ts';

/**
 * Something another manager added where the list is ours: a variable or port of a container we render, a key of a
 * ConfigMap that becomes its environment. Server-side apply cannot see it, since nobody contests it.
 */
export interface ForeignField {
  readonly manager: string;
  readonly path: string;
  /** Fit to be shown. */
  readonly value: unknown;
  /** The strategic merge patch that takes it away. */
  readonly removal: object;
}

interface Item {
  readonly name?: string;
  readonly containerPort?: number;
  readonly protocol?: string;
}
interface Container {
  readonly name: string;
  readonly env?: readonly Item[];
  readonly ports?: readonly Item[];
}

/** What others added to the environment and ports of our containers, or to our ConfigMaps. */
export function foreignFields(desired: KubeObject, live: KubeObject): ForeignField[] {
  const found = desired.kind === 'ConfigMap' ? keysAdded(desired, live) : itemsAdded(desired, live);
  return found.map(({ at, ...field }) => ({ ...field, manager: ownerOf(live, at) }));
}

type Found = Omit<ForeignField, 'manager'> & { readonly at: FieldPath };

function keysAdded(desired: KubeObject, live: KubeObject): Found[] {
  const ours = (desired['data'] ?? {}) as Record<string, string>;
  return Object.entries((live['data'] ?? {}) as Record<string, string>)
    .filter(([key]) => !(key in ours))
    .map(([key, value]) => ({
      path: `data.${key}`,
      value: shownValue(key, value),
      removal: { data: { [key]: null } },
      at: ['f:data', `f:${key}`],
    }));
}

function itemsAdded(desired: KubeObject, live: KubeObject): Found[] {
  const running = containersOf(live);
  return containersOf(desired).flatMap((ours) => {
    const theirs = running.find(({ name }) => name === ours.name);
    return theirs ? [...added('env', ours, theirs), ...added('ports', ours, theirs)] : [];
  });
}

function added(list: 'env' | 'ports', ours: Container, theirs: Container): Found[] {
  const known = new Set((ours[list] ?? []).map(idOf));
  return (theirs[list] ?? [])
    .filter((item) => !known.has(idOf(item)))
    .map((item) => {
      const keys =
        list === 'env' ? { name: item.name } : { containerPort: item.containerPort, protocol: item.protocol };
      const container = { name: ours.name, [list]: [{ ...keys, $patch: 'delete' }] };
      return {
        path: `spec.template.spec.containers[${ours.name}].${list}[${idOf(item)}]`,
        value: 'value' in item ? shownValue(item.name, item.value) : shownValue(undefined, item),
        removal: { spec: { template: { spec: { containers: [container] } } } },
        at: [
          ...['f:spec', 'f:template', 'f:spec', 'f:containers', `k:${JSON.stringify({ name: ours.name })}`],
          ...[`f:${list}`, `k:${JSON.stringify(keys)}`],
        ],
      };
    });
}

const idOf = (item: Item): string => item.name ?? String(item.containerPort);

const containersOf = (object: KubeObject): readonly Container[] =>
  (object['spec'] as { template?: { spec?: { containers?: Container[] } } } | undefined)?.template?.spec
    ?.containers ?? [];

function ownerOf({ metadata }: KubeObject, at: FieldPath): string {
  const owners = (metadata.managedFields ?? []).filter(({ fieldsV1 }) =>
    has((fieldsV1 ?? {}) as FieldSet, at),
  );
  return owners.find(({ manager }) => manager !== fieldManager)?.manager ?? 'somebody';
}
