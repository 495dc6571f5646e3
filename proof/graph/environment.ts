import { isSealed } from '../shapes/core.ts';
import type { ContainerSpec } from '../shapes/container.ts';
import type { Place } from '../source.ts';
import { placeIn, type ObjectOf } from './objects.ts';
import { oncePer } from './once-per.ts';

/** The object of that kind, namespace and name. */
export type Find = <K extends 'ConfigMap' | 'Secret'>(
  kind: K,
  namespace: string,
  name: string,
) => ObjectOf<K> | undefined;

/** One variable of a container. */
export interface EnvEntry {
  readonly name: string;
  /** Its text; absent where the manifests do not hold it (a Secret kept elsewhere, a field of the pod). */
  readonly value?: string;
  /** Where `value` is absent, since it refers to what is kept elsewhere: the text before that. */
  readonly beginning?: string;
  /** Whether the text is secret: never shown. */
  readonly secret: boolean;
  /** The key of a Secret or ConfigMap it is taken from. */
  readonly from?: {
    readonly kind: 'Secret' | 'ConfigMap';
    readonly name: string;
    readonly key: string;
    readonly optional: boolean;
  };
  /** The variables that its text is expanded from. */
  readonly of?: readonly EnvEntry[];
  /** Where its value is written. */
  readonly place: Place;
}

/**
 * The environment kubelet would make for a container: `envFrom` first, then `env` over it, `$(NAME)` expanded from
 * what stands before. A name appears once, with the value that wins.
 */
export function environmentOf(
  spec: ContainerSpec,
  place: Place,
  namespace: string,
  find: Find,
): ReadonlyMap<string, EnvEntry> {
  const found = new Map<string, EnvEntry>();
  const set = (entry: EnvEntry): void => {
    found.delete(entry.name);
    found.set(entry.name, entry);
  };
  const named = <K extends 'ConfigMap' | 'Secret'>(kind: K, name: string): ObjectOf<K> | undefined =>
    find(kind, namespace, name);
  for (const { prefix, configMapRef, secretRef } of spec.envFrom) {
    const source = configMapRef
      ? named('ConfigMap', configMapRef.name)
      : secretRef
        ? named('Secret', secretRef.name)
        : undefined;
    for (const entry of source ? allOf(source) : []) set({ ...entry, name: `${prefix}${entry.name}` });
  }
  spec.env.forEach((variable, index) => {
    const here = { doc: place.doc, path: [...place.path, 'env', index, 'value'] };
    const { secretKeyRef, configMapKeyRef } = variable.valueFrom ?? {};
    if (secretKeyRef)
      set(keyOf('Secret', variable.name, secretKeyRef, named('Secret', secretKeyRef.name), here));
    else if (configMapKeyRef)
      set(keyOf('ConfigMap', variable.name, configMapKeyRef, named('ConfigMap', configMapKeyRef.name), here));
    else if (variable.valueFrom) set({ name: variable.name, secret: false, place: here });
    else set({ name: variable.name, ...expanded(variable.value ?? '', found), place: here });
  });
  return found;
}

/** Whether every ConfigMap and Secret that is taken whole is among the manifests. */
export const sourcesKnown = (spec: ContainerSpec, namespace: string, find: Find): boolean =>
  spec.envFrom.every(({ configMapRef, secretRef }) => {
    const there = (kind: 'ConfigMap' | 'Secret', name: string | undefined): boolean =>
      name === undefined || find(kind, namespace, name) !== undefined;
    return there('ConfigMap', configMapRef?.name) && there('Secret', secretRef?.name);
  });

/** Every key of a ConfigMap or Secret as a variable. */
function allOf(source: ObjectOf<'ConfigMap'> | ObjectOf<'Secret'>): EnvEntry[] {
  return Object.keys(textsOf(source)).map((key) => ({
    name: key,
    ...entryOf(source, key),
    from: { kind: source.kind, name: source.name, key, optional: false },
    place: placeOfKey(source, key),
  }));
}

function keyOf(
  kind: 'ConfigMap' | 'Secret',
  name: string,
  {
    name: object,
    key,
    optional,
  }: { readonly name: string; readonly key: string; readonly optional: boolean },
  ...[source, here]: [ObjectOf<'ConfigMap'> | ObjectOf<'Secret'> | undefined, Place]
): EnvEntry {
  const from = { kind, name: object, key, optional };
  const written = source && key in textsOf(source);
  const reference = {
    doc: here.doc,
    path: [
      ...here.path.slice(0, -1),
      'valueFrom',
      kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef',
      'key',
    ],
  };
  return {
    name,
    ...(written ? entryOf(source, key) : { secret: kind === 'Secret' }),
    from,
    place: written && kind === 'ConfigMap' ? placeOfKey(source, key) : reference,
  };
}

function entryOf(
  source: ObjectOf<'ConfigMap'> | ObjectOf<'Secret'>,
  key: string,
): Pick<EnvEntry, 'value' | 'secret'> {
  const value = textsOf(source)[key] ?? '';
  return { ...(isSealed(value) ? {} : { value }), secret: source.kind === 'Secret' };
}

/** The texts of a ConfigMap or Secret by key; a Secret's decoded. */
export const textsOf = oncePer(
  (source: ObjectOf<'ConfigMap'> | ObjectOf<'Secret'>): Readonly<Record<string, string>> => {
    if (source.kind === 'ConfigMap') return source.content.data;
    const decoded = Object.entries(source.content.data).map(([key, text]): [string, string] => [
      key,
      isSealed(text) ? text : Buffer.from(text, 'base64').toString(),
    ]);
    return { ...Object.fromEntries(decoded), ...source.content.stringData };
  },
);

const placeOfKey = (source: ObjectOf<'ConfigMap'> | ObjectOf<'Secret'>, key: string): Place =>
  placeIn(source, source.kind === 'Secret' && key in source.content.stringData ? 'stringData' : 'data', key);

const reference = /\$\$|\$\(([-._A-Za-z0-9]+)\)/g;

/** `$(NAME)` gives what NAME holds; `$$(NAME)` is the text itself, and so is a name that is not set before. */
function expanded(
  text: string,
  before: ReadonlyMap<string, EnvEntry>,
): Pick<EnvEntry, 'value' | 'beginning' | 'secret' | 'of'> {
  let secret = false;
  const of: EnvEntry[] = [];
  let beginning: string | undefined;
  const value = text.replaceAll(reference, (whole, name: string | undefined, index: number) => {
    if (name === undefined) return '$';
    const entry = before.get(name);
    if (!entry) return whole;
    of.push(entry);
    secret ||= entry.secret;
    if (entry.value === undefined) beginning ??= text.slice(0, index);
    return entry.value ?? '';
  });
  return {
    ...(beginning === undefined ? { value } : { beginning }),
    secret,
    ...(of.length > 0 ? { of } : {}),
  };
}
