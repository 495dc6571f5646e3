/** One operation of a JSON patch (RFC 6902). */
export interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** One thing a person may do to a live object. */
export interface Edit {
  readonly what: 'changed' | 'removed' | 'renamed' | 'added' | 'moved';
  /** Where, as a JSON pointer. */
  readonly at: string;
  readonly patch: readonly Operation[];
  /** What stands there afterwards, and stood there before; absent where nothing does. */
  readonly now?: unknown;
  readonly before?: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every edit of every field a rendered object has: each leaf, each item, each map, each list. */
export function editsOf(object: object): Edit[] {
  const { metadata, ...rest } = object as { metadata: { labels?: object; annotations?: object } };
  const parts = Object.entries(rest).filter(([name]) => !['apiVersion', 'kind'].includes(name));
  const marks = [metadata.labels, metadata.annotations].map((map, at) =>
    // What others add to metadata is theirs, so only what is rendered there is edited.
    Object.entries(map ?? {}).flatMap(([key, value]) =>
      ownEdits(value, `/metadata/${at === 0 ? 'labels' : 'annotations'}/${escaped(key)}`),
    ),
  );
  return [...marks.flat(), ...parts.flatMap(([name, value]) => edits(value, `/${escaped(name)}`))];
}

const edits = (value: unknown, at: string): Edit[] => [...ownEdits(value, at), ...inside(value, at)];

/** The edits of a value as one: changed where it is a single one, removed in any case. */
function ownEdits(value: unknown, at: string): Edit[] {
  const removed: Edit = { what: 'removed', at, patch: [{ op: 'remove', path: at }], before: value };
  if (typeof value === 'object' && value !== null) return [removed];
  const now = changed(value);
  return [
    { what: 'changed', at, patch: [{ op: 'replace', path: at, value: now }], now, before: value },
    removed,
  ];
}

function inside(value: unknown, at: string): Edit[] {
  if (Array.isArray(value)) return listEdits(value, at);
  if (!isFields(value)) return [];
  const below = Object.entries(value).flatMap(([name, one]) => edits(one, `${at}/${escaped(name)}`));
  return isMap(at) ? [...below, ...mapEdits(value, at)] : below;
}

function listEdits(list: readonly unknown[], at: string): Edit[] {
  const [first] = list;
  const now = another(first);
  const last = list.length - 1;
  const moved: Edit[] =
    last > 0
      ? [{ what: 'moved', at, patch: [{ op: 'move', from: `${at}/${last}`, path: `${at}/0` }], before: list }]
      : [];
  return [
    { what: 'added', at: `${at}/-`, patch: [{ op: 'add', path: `${at}/-`, value: now }], now },
    ...moved,
    ...list.flatMap((item, index) => edits(item, `${at}/${index}`)),
  ];
}

function mapEdits(map: Fields, at: string): Edit[] {
  const added = `${at}/another`;
  const [like] = Object.values(map);
  const renamed = Object.entries(map).map(([key, value]): Edit => {
    const [from, path] = [`${at}/${escaped(key)}`, `${at}/${escaped(`${key}X`)}`];
    return { what: 'renamed', at: path, patch: [{ op: 'move', from, path }], now: value };
  });
  return [
    { what: 'added', at: added, patch: [{ op: 'add', path: added, value: like }], now: like },
    ...renamed,
  ];
}

/** Where the keys are the writer's own. */
const isMap = (at: string): boolean =>
  /\/(labels|annotations|matchLabels|data|limits|requests|nodeSelector)$|^\/spec\/selector$/.test(at);

/** Values the API server knows for a field, where one with a letter more would be none. */
const others: Readonly<Record<string, string>> = {
  TCP: 'UDP',
  IfNotPresent: 'Always',
  Always: 'IfNotPresent',
  ClusterIP: 'NodePort',
  Ingress: 'Egress',
  Egress: 'Ingress',
  RollingUpdate: 'OnDelete',
  Recreate: 'RollingUpdate',
  RuntimeDefault: 'Unconfined',
  OnRootMismatch: 'Always',
  ReadWriteOnce: 'ReadWriteMany',
  ALL: 'NET_RAW',
  None: '10.96.7.7',
  ScheduleAnyway: 'DoNotSchedule',
};

function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = String(value);
  if (/^\d+(\.\d+)?(m|Ki|Mi|Gi)?$/.test(text)) return `1${text}`;
  return others[text] ?? `${text}x`;
}

/** An item like another that has none of its keys. */
function another(item: unknown): unknown {
  if (!isFields(item)) return changed(item);
  const keys = ['name', 'mountPath', 'key', 'path', 'port', 'containerPort', 'topologyKey'];
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, keys.includes(name) ? changed(value) : value]),
  );
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The names and indices of a JSON pointer. */
export const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The object after an edit, as an editor would save it. */
export function edited<T>(object: T, patch: readonly Operation[]): T {
  const copy = structuredClone(object);
  for (const { op, path, from, value } of patch) {
    const what = op === 'move' ? take(copy, from ?? '') : value;
    if (op === 'remove') take(copy, path);
    else put(copy, path, what, op === 'replace');
  }
  return copy;
}

function parentOf(
  root: unknown,
  pointer: string,
): [parent: Record<string, unknown> | unknown[], key: string] {
  const steps = stepsOf(pointer);
  const key = steps.pop() ?? '';
  const parent = steps.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], root);
  return [parent as Record<string, unknown> | unknown[], key];
}

function take(root: unknown, pointer: string): unknown {
  const [parent, key] = parentOf(root, pointer);
  if (Array.isArray(parent)) return parent.splice(Number(key), 1)[0];
  const value = parent[key];
  Reflect.deleteProperty(parent, key);
  return value;
}

function put(root: unknown, pointer: string, value: unknown, instead: boolean): void {
  const [parent, key] = parentOf(root, pointer);
  if (!Array.isArray(parent)) parent[key] = value;
  else parent.splice(key === '-' ? parent.length : Number(key), instead ? 1 : 0, value);
}
