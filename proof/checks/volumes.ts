import { nearest } from '../../model/nearest.ts';
import { only, setting, slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { firstIndices } from '../first-indices.ts';
import { allClaims, isForGiven } from '../graph/volume-claims.ts';
import { trimmed } from '../graph/files.ts';
import { listed } from '../listed.ts';
import { isManagedByMooring } from '../graph/managed-by.ts';
import { placeIn } from '../graph/objects.ts';
import { oncePer } from '../graph/once-per.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { ContainerSpec } from '../shapes/container.ts';
import { called, containerCalled, inContainer, inPod, when, type Check } from './subject.ts';

/** Every mount needs a volume, every volume a mount, and no path has two mounts. */
export const mounts: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) => {
    const volumes = [
      ...workload.pod.volumes.map(({ name }, index) => ({
        name,
        place: inPod(workload, 'volumes', index, 'name'),
      })),
      ...workload.claims.map(({ metadata }, index) => ({
        name: metadata.name,
        place: placeIn(workload.object, 'spec', 'volumeClaimTemplates', index, 'metadata', 'name'),
      })),
    ];
    const names = volumes.map(({ name }) => name);
    const firsts = firstIndices(names);
    const claimed = new Set(workload.claims.map(({ metadata }) => metadata.name));
    // What an init step is given to read, such as its script or a claim with a copy of data, is its own.
    const given = new Set(workload.pod.volumes.filter(({ emptyDir }) => !emptyDir).map(({ name }) => name));
    const passed = new Set(names.filter((name) => usersOf(workload, name).length > 1));
    const used = new Set([
      ...workload.containers
        .filter(({ init }) => !init)
        .flatMap(({ spec }) => [...spec.volumeMounts, ...spec.volumeDevices].map(({ name }) => name)),
      ...workload.containers
        .flatMap(({ spec }) => spec.volumeMounts.map(({ name }) => name))
        .filter((name) => given.has(name) || passed.has(name)),
    ]);
    return [
      ...workload.containers.flatMap((container) => [
        ...withoutVolume(workload, container, names, firsts),
        ...mountedTwice(workload, container, claimed),
      ]),
      ...volumes
        .filter(({ name }) => !used.has(name))
        .map(({ name, place }) => ({
          code: 'VOLUME_UNUSED' as const,
          message: `${called(workload)} has volume "${name}", and ${whoMounts(workload, name)} mounts it.`,
          here: place,
          fix: 'Mount it, or remove it.',
        })),
      ...volumes.flatMap(({ name, place }, index): Fault[] =>
        (firsts.get(name) ?? index) < index && !isStandIn(workload, name)
          ? [
              {
                code: 'MOUNT_TWICE',
                // A claim of a StatefulSet takes the place of a volume of its name.
                ...(claimed.has(name) ? { severity: 'warning' as const } : {}),
                message: `${called(workload)} has two volumes called "${name}".`,
                here: place,
                fix: 'Rename one.',
              },
            ]
          : [],
      ),
    ];
  });

/** A volume that says what the claim template of its name makes of it: the claim of the same name. */
const isStandIn = ({ pod, claims: templates }: Workload, name: string): boolean =>
  templates.some(({ metadata }) => metadata.name === name) &&
  pod.volumes.some((volume) => volume.name === name && volume.persistentVolumeClaim?.claimName === name);

/** What mounts a volume that no container which goes on running mounts. */
function whoMounts(workload: Workload, volume: string): string {
  const users = usersOf(workload, volume);
  return users.length === 0 ? 'no container' : `only init container ${listed(users, ({ name }) => name)}`;
}

const usersOf = ({ containers }: Workload, volume: string): Container[] =>
  containers.filter(({ spec }) => spec.volumeMounts.some(({ name }) => name === volume));

function withoutVolume(
  workload: Workload,
  container: Container,
  names: readonly string[],
  known: ReadonlyMap<string, number>,
): Fault[] {
  return container.spec.volumeMounts.flatMap(({ name }, index): Fault[] => {
    if (known.has(name)) return [];
    const near = nearest(name, names);
    return [
      {
        code: 'MOUNT_WITHOUT_VOLUME',
        message: `${containerCalled(workload, container)} mounts volume "${name}", which the pod does not have; it has ${listed(names) || 'none'}.`,
        here: inContainer(container, 'volumeMounts', index, 'name'),
        fix: near ? `Write ${near}.` : 'Add the volume.',
        ...slipOf(inContainer(container, 'volumeMounts', index, 'name'), name, names),
      },
    ];
  });
}

/** The whole of a claim at two paths, or two volumes at one. */
function mountedTwice(workload: Workload, container: Container, claimed: ReadonlySet<string>): Fault[] {
  const all = container.spec.volumeMounts;
  const paths = firstIndices(all.map((mount) => trimmed(mount.mountPath)));
  const wholes = firstIndices(all.map((mount) => (isWhole(mount) ? mount.name : undefined)));
  return all.flatMap((mount, index): Fault[] => {
    const { name, mountPath } = mount;
    const first = paths.get(trimmed(mountPath)) ?? index;
    const again = wholes.get(name) ?? index;
    return [
      ...when(again < index && isWhole(mount) && (container.init || claimed.has(name)), () => ({
        code: 'MOUNT_TWICE',
        message: `${containerCalled(workload, container)} mounts the whole of claim "${name}" twice, at ${all[again]?.mountPath ?? ''} and at ${mountPath}.`,
        here: inContainer(container, 'volumeMounts', index, 'name'),
        there: inContainer(container, 'volumeMounts', again, 'name'),
        fix: 'Name the volume that is meant, or give each a subPath.',
      })),
      ...when(first < index, () => ({
        code: 'MOUNT_TWICE',
        message: `${containerCalled(workload, container)} mounts two volumes at ${mountPath}.`,
        here: inContainer(container, 'volumeMounts', index, 'mountPath'),
        there: inContainer(container, 'volumeMounts', first, 'mountPath'),
        fix: 'Give each a path of its own.',
      })),
    ];
  });
}

const isWhole = (mount: ContainerSpec['volumeMounts'][number]): boolean =>
  mount.subPath === undefined && mount['subPathExpr'] === undefined;

/** A claim must be writable. */
export const claims: Check = ({ graph }) =>
  allClaims(graph)
    .filter(
      ({ spec }) =>
        spec.accessModes.length > 0 &&
        spec.accessModes.every((mode) => mode === 'ReadOnlyMany') &&
        !isForGiven(spec),
    )
    .map(({ object, path }) => ({
      code: 'CLAIM_READ_ONLY' as const,
      // What others have written may be what is wanted.
      severity: isManagedByMooring(object) ? ('error' as const) : ('warning' as const),
      message: `A claim of ${called(object)} may only be read.`,
      here: placeIn(object, ...path, 'accessModes', 0),
      fix: 'Write ReadWriteOnce.',
      ...(isManagedByMooring(object)
        ? setting(placeIn(object, ...path, 'accessModes', 0), 'ReadWriteOnce')
        : {}),
    }));

/** What the containers of a pod mount, by the name of the volume, and by the path. */
const mountsIn = oncePer(({ containers }: Workload) => {
  const all = containers.flatMap((container) =>
    container.spec.volumeMounts.map((mount) => ({ container, mount })),
  );
  return {
    byName: Map.groupBy(all, ({ mount }) => mount.name),
    byPath: Map.groupBy(all, ({ mount }) => trimmed(mount.mountPath)),
  };
});

/** An init step must mount a volume where its command or another container of the pod uses it. */
export const initMounts: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ init, spec }) => init && spec.command.length > 0)
      .flatMap((container) => {
        const { byName, byPath } = mountsIn(workload);
        const words = [
          ...container.spec.command,
          ...container.spec.args,
          ...container.env.map(({ value = '' }) => value),
        ].join(' ');
        return container.spec.volumeMounts.flatMap(({ name, mountPath }, index): Fault[] => {
          const elsewhere = (byName.get(name) ?? [])
            .filter((other) => other.container !== container)
            .map(({ mount }) => mount);
          const [other] = elsewhere;
          const mended = only([...new Set(elsewhere.map((mount) => mount.mountPath))], (path) =>
            setting(inContainer(container, 'volumeMounts', index, 'mountPath'), path),
          );
          const taken = byPath
            .get(trimmed(mountPath))
            ?.find((other) => !other.container.init && other.mount.name !== name)?.mount;
          if (taken)
            return [
              {
                code: 'MOUNT_ELSEWHERE',
                message: `${containerCalled(workload, container)} mounts "${name}" at ${mountPath}, where the pod's containers have "${taken.name}".`,
                here: inContainer(container, 'volumeMounts', index, 'mountPath'),
                fix: `Write ${other?.mountPath ?? 'another path'}.`,
                ...mended,
              },
            ];
          if (
            !other ||
            words.includes(trimmed(mountPath)) ||
            elsewhere.some((mount) => trimmed(mount.mountPath) === trimmed(mountPath))
          )
            return [];
          return [
            {
              code: 'MOUNT_ELSEWHERE',
              message: `${containerCalled(workload, container)} mounts "${name}" at ${mountPath}, which its command does not mention; elsewhere it is at ${other.mountPath}.`,
              here: inContainer(container, 'volumeMounts', index, 'mountPath'),
              fix: `Write ${other.mountPath}.`,
              ...mended,
            },
          ];
        });
      }),
  );
