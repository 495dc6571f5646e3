import { nearest } from '../../model/nearest.ts';
import { only, setting, slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { allClaims } from '../graph/volume-claims.ts';
import { trimmed } from '../graph/files.ts';
import { isManagedByMooring } from '../graph/managed-by.ts';
import { placeIn } from '../graph/objects.ts';
import type { ContainerSpec } from '../shapes/container.ts';
import { called, containerCalled, inContainer, inPod, type Check } from './subject.ts';

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
    // What an init step is given to read, such as its script or a claim with a copy of data, is its own.
    const given = workload.pod.volumes.filter(({ emptyDir }) => !emptyDir);
    const used = new Set([
      ...workload.containers
        .filter(({ init }) => !init)
        .flatMap(({ spec }) => spec.volumeMounts.map(({ name }) => name)),
      ...workload.containers
        .flatMap(({ spec }) => spec.volumeMounts.map(({ name }) => name))
        .filter((name) => given.some((volume) => volume.name === name)),
    ]);
    return [
      ...workload.containers.flatMap((container) =>
        container.spec.volumeMounts.flatMap(({ name, mountPath }, index): Fault[] => {
          const first = container.spec.volumeMounts.findIndex(
            (other) => trimmed(other.mountPath) === trimmed(mountPath),
          );
          const near = nearest(name, names);
          const again = container.spec.volumeMounts.findIndex(
            (other) => other.name === name && isWhole(other),
          );
          return [
            ...(again < index &&
            again >= 0 &&
            isWhole(container.spec.volumeMounts[index]) &&
            (container.init || workload.claims.some(({ metadata }) => metadata.name === name))
              ? [
                  {
                    code: 'MOUNT_TWICE' as const,
                    message: `${containerCalled(workload, container)} mounts the whole of claim "${name}" twice, at ${container.spec.volumeMounts[again]?.mountPath ?? ''} and at ${mountPath}.`,
                    here: inContainer(container, 'volumeMounts', index, 'name'),
                    there: inContainer(container, 'volumeMounts', again, 'name'),
                    fix: 'Name the volume that is meant, or give each a subPath.',
                  },
                ]
              : []),
            ...(names.includes(name)
              ? []
              : [
                  {
                    code: 'MOUNT_WITHOUT_VOLUME' as const,
                    message: `${containerCalled(workload, container)} mounts volume "${name}", which the pod does not have; it has ${names.join(', ') || 'none'}.`,
                    here: inContainer(container, 'volumeMounts', index, 'name'),
                    fix: near ? `Write ${near}.` : 'Add the volume.',
                    ...slipOf(inContainer(container, 'volumeMounts', index, 'name'), name, names),
                  },
                ]),
            ...(first < index
              ? [
                  {
                    code: 'MOUNT_TWICE' as const,
                    message: `${containerCalled(workload, container)} mounts two volumes at ${mountPath}.`,
                    here: inContainer(container, 'volumeMounts', index, 'mountPath'),
                    there: inContainer(container, 'volumeMounts', first, 'mountPath'),
                    fix: 'Give each a path of its own.',
                  },
                ]
              : []),
          ];
        }),
      ),
      ...volumes
        .filter(({ name }) => !used.has(name))
        .map(({ name, place }) => ({
          code: 'VOLUME_UNUSED' as const,
          message: `${called(workload)} has volume "${name}", and no container mounts it${workload.containers.some(({ init }) => init) ? ' but a step that ends before they start' : ''}.`,
          here: place,
          fix: 'Mount it, or remove it.',
        })),
      ...volumes.flatMap(({ name, place }, index): Fault[] =>
        names.indexOf(name) < index
          ? [
              {
                code: 'MOUNT_TWICE',
                // A claim of a StatefulSet takes the place of a volume of its name.
                ...(workload.claims.some(({ metadata }) => metadata.name === name)
                  ? { severity: 'warning' as const }
                  : {}),
                message: `${called(workload)} has two volumes called "${name}".`,
                here: place,
                fix: 'Rename one.',
              },
            ]
          : [],
      ),
    ];
  });

const isWhole = (mount: ContainerSpec['volumeMounts'][number] | undefined): boolean =>
  mount?.subPath === undefined && mount?.['subPathExpr'] === undefined;

/** A claim must be writable. */
export const claims: Check = ({ graph }) =>
  allClaims(graph)
    .filter(({ spec }) => spec.accessModes.every((mode) => mode === 'ReadOnlyMany'))
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

/** An init step must mount a volume where its command or another container of the pod uses it. */
export const initMounts: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ init, spec }) => init && spec.command.length > 0)
      .flatMap((container) => {
        const words = [
          ...container.spec.command,
          ...container.spec.args,
          ...container.env.map(({ value = '' }) => value),
        ].join(' ');
        return container.spec.volumeMounts.flatMap(({ name, mountPath }, index): Fault[] => {
          const elsewhere = workload.containers
            .filter((other) => other !== container)
            .flatMap(({ spec }) => spec.volumeMounts.filter((mount) => mount.name === name));
          const [other] = elsewhere;
          const mended = only([...new Set(elsewhere.map((mount) => mount.mountPath))], (path) =>
            setting(inContainer(container, 'volumeMounts', index, 'mountPath'), path),
          );
          const taken = workload.containers
            .filter((one) => !one.init)
            .flatMap(({ spec }) =>
              spec.volumeMounts.filter(
                (mount) => mount.name !== name && trimmed(mount.mountPath) === trimmed(mountPath),
              ),
            )[0];
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
