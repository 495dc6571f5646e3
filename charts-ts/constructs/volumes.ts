import { k8s } from 'cdk8s-plus-27';
import type { Mounting, Volume, Workload } from '../../model/stack.ts';
import { suffixes } from '../../model/names.ts';
import type { Site } from '../options.ts';
import { fileKey } from './config-map.ts';
import { nameOf, selectorOf } from './metadata.ts';

type Persistent = Extract<Volume, { kind: 'persistent' }>;
type Scratch = Extract<Volume, { kind: 'scratch' }>;

/** The claim templates of a StatefulSet. Immutable in the cluster, so they carry nothing that changes. */
export function claimsOf({ stack }: Site, service: Workload): k8s.KubePersistentVolumeClaimProps[] {
  const persistent = (volume: Volume): volume is Persistent => volume.kind === 'persistent';
  return (service.container.volumes ?? []).filter(persistent).map((volume) => ({
    metadata: { name: volume.name, labels: selectorOf(stack, service) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(volume.storageClass ? { storageClassName: volume.storageClass } : {}),
      resources: { requests: { storage: k8s.Quantity.fromString(volume.size) } },
    },
  }));
}

const isScratch = (volume: Volume): volume is Scratch => volume.kind === 'scratch';

/** The pod's volumes that are not claims: scratch space, and one volume for each folder of files. */
export function podVolumesOf(site: Site, service: Workload): k8s.Volume[] {
  return [
    ...(service.container.volumes ?? []).filter(isScratch).map((volume) => ({
      name: volume.name,
      emptyDir: {
        sizeLimit: k8s.Quantity.fromString(volume.sizeLimit),
        ...(volume.medium ? { medium: volume.medium } : {}),
      },
    })),
    ...fileFolders(service).map(({ name, paths }) => ({
      name,
      configMap: {
        name: nameOf(site, service, suffixes.files),
        items: paths.map((path) => ({ key: fileKey(path), path: baseName(path) })),
      },
    })),
  ];
}

/** A container's mounts; an init container or sidecar may mount a volume at another path than the service does. */
export const mountsOf = (service: Workload, step?: Mounting): k8s.VolumeMount[] =>
  mountsIn(service, service.container.volumes ?? [], step);

/** The mounts of a Job's container. What a service keeps on a claim is its own pods' alone. */
export const jobMountsOf = (service: Workload): k8s.VolumeMount[] =>
  mountsIn(service, (service.container.volumes ?? []).filter(isScratch));

const mountsIn = (service: Workload, volumes: readonly Volume[], step?: Mounting): k8s.VolumeMount[] => [
  ...volumes.map(({ name, path }) => ({ name, mountPath: step?.mounts?.[name] ?? path })),
  ...fileFolders(service).map(({ name, folder }) => ({ name, mountPath: folder, readOnly: true })),
];

interface FileFolder {
  readonly name: string;
  readonly folder: string;
  readonly paths: string[];
}

/** Whole folders: kubelet never updates a file mounted by subPath. */
function fileFolders(service: Workload): FileFolder[] {
  const folders = new Map<string, string[]>();
  for (const path of Object.keys(service.container.files ?? {}).sort()) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return [...folders].map(([folder, paths], index) => ({ name: `files-${index}`, folder, paths }));
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
