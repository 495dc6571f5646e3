import type { Graph } from './graph.ts';
import type { Container, Workload } from './workloads.ts';
import { textsOf } from './environment.ts';
import { placeIn } from './objects.ts';
import { oncePer } from './once-per.ts';
import type { Place } from '../source.ts';
import type { VolumeSpec } from '../shapes/pod.ts';

/** A file a container finds because a ConfigMap or Secret is mounted there. */
export interface MountedFile {
  readonly path: string;
  /** Absent where the manifests do not hold it. */
  readonly text?: string;
  /** Where the text is written; a Secret's is never shown. */
  readonly place: Place;
}

/** What a mount shows, and whether the process may write there. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  readonly kind: 'claim' | 'scratch' | 'files' | 'other' | 'missing';
  readonly writable: boolean;
  /** Every file in it, where that is known. */
  readonly files?: readonly MountedFile[];
  readonly place: Place;
}

/** The mounts of a container, resolved through the volumes and claims of its pod. */
export function mountsOf(graph: Graph, workload: Workload, container: Container): Mount[] {
  const { claims, volumes } = volumesOf(workload);
  return container.spec.volumeMounts.map((mount, index) => {
    const place = {
      doc: container.place.doc,
      path: [...container.place.path, 'volumeMounts', index, 'mountPath'],
    };
    const shown = { name: mount.name, path: trimmed(mount.mountPath), place };
    if (claims.has(mount.name)) return { ...shown, kind: 'claim', writable: !mount.readOnly };
    const volume = volumes.get(mount.name);
    if (!volume) return { ...shown, kind: 'missing', writable: false };
    if (volume.emptyDir) return { ...shown, kind: 'scratch', writable: !mount.readOnly };
    if (volume.persistentVolumeClaim) return { ...shown, kind: 'claim', writable: !mount.readOnly };
    const files = filesOf(graph, workload, volume, shown.path);
    return files
      ? { ...shown, kind: 'files', writable: false, files: under(files, mount.subPath, shown.path) }
      : { ...shown, kind: 'other', writable: !mount.readOnly };
  });
}

/** What the pods of a workload may mount, by name. */
const volumesOf = oncePer(({ claims, pod }: Workload) => ({
  claims: new Set(claims.map(({ metadata }) => metadata.name)),
  volumes: new Map(pod.volumes.map((volume) => [volume.name, volume] as const).reverse()),
}));

/** With a subPath the mount is that one file. */
const under = (files: readonly MountedFile[], subPath: string | undefined, path: string): MountedFile[] =>
  subPath === undefined
    ? [...files]
    : files.filter((file) => file.path === `${path}/${subPath}`).map((file) => ({ ...file, path }));

function filesOf(
  graph: Graph,
  workload: Workload,
  volume: VolumeSpec,
  folder: string,
): MountedFile[] | undefined {
  const chosen = volume.configMap
    ? { kind: 'ConfigMap' as const, name: volume.configMap.name, items: volume.configMap.items }
    : volume.secret
      ? { kind: 'Secret' as const, name: volume.secret.secretName, items: volume.secret.items }
      : undefined;
  if (!chosen) return undefined;
  const source = graph.find(chosen.kind, workload.namespace, chosen.name);
  const texts = source ? textsOf(source) : {};
  // What is kept elsewhere may hold any file, and so may what has nothing in it, for others to fill.
  if (Object.keys(texts).length === 0 && chosen.items.length === 0) return undefined;
  const items =
    chosen.items.length > 0 ? chosen.items : Object.keys(texts).map((key) => ({ key, path: key }));
  return items.map(({ key, path }) => {
    const text = texts[key];
    return {
      path: `${folder}/${path}`,
      ...(text === undefined ? {} : { text }),
      place: source ? placeIn(source, 'data', key) : { doc: workload.object.doc, path: workload.podPath },
    };
  });
}

export const trimmed = (path: string): string => (path === '/' ? '' : path.replace(/\/+$/, ''));

/** The innermost mount that holds `path`. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter((mount) => path === mount.path || path.startsWith(`${mount.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** Where a setting is written that is called by its variable or by the path of its file. */
export function placeOfSetting(graph: Graph, workload: Workload, container: Container, where: string): Place {
  const file = mountsOf(graph, workload, container)
    .flatMap(({ files = [] }) => files)
    .find(({ path }) => path === where);
  const variable = container.variables.get(where);
  const own =
    container.spec.command.length > 0 ? 'command' : container.spec.args.length > 0 ? 'args' : 'name';
  return file?.place ?? variable?.place ?? { doc: container.place.doc, path: [...container.place.path, own] };
}
