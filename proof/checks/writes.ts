import { nearest } from '../../model/nearest.ts';
import type { Write } from '../../model/program.ts';
import type { Fault } from '../findings.ts';
import { mountAt, mountsOf, placeOfSetting, trimmed, type Mount } from '../graph/files.ts';
import type { Graph } from '../graph/graph.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Place } from '../source.ts';
import { called, containerCalled, inContainer, inPod, when, type Check } from './subject.ts';

/** A known program with a read-only root needs a volume wherever it writes, and a claim where it keeps data. */
export const writablePaths: Check = ({ graph, known }) =>
  known.flatMap((one) => [...ownPaths(graph, one), ...configuredPaths(graph, one)]);

const hasClaim = (mounts: readonly Mount[]): boolean => mounts.some(({ kind }) => kind === 'claim');

/** Whether a process may write where a mount is, or where none is. */
const isWritable = (mount: Mount | undefined, { container }: KnownContainer): boolean =>
  mount ? mount.writable : container.spec.securityContext.readOnlyRootFilesystem !== true;

function ownPaths(graph: Graph, known: KnownContainer): Fault[] {
  const { workload, container, program } = known;
  const mounts = mountsOf(graph, workload, container);
  const keeps = program.facts.keeps?.(known.running) ?? true;
  // Without any mount it keeps its data in its own root, where that can be written to.
  if (mounts.length === 0 && (!keeps || isWritable(undefined, known))) return [];
  return (program.service.container.volumes ?? []).flatMap(({ path, kind }): Fault[] => {
    const mount = mountAt(mounts, path);
    const trouble = ownTrouble(mounts, mount, kind === 'persistent', isWritable(mount, known));
    if (!trouble) return [];
    const near = nearest(
      path,
      mounts.map((other) => other.path),
    );
    const there = mounts.find((other) => other.path === near);
    return [
      {
        code: 'PATH_NOT_WRITABLE',
        // Some runtimes make a volume of their own where an image says that it wants one.
        ...(mounts.length === 0 ? { severity: 'warning' as const } : {}),
        message: `${program.service.name} writes to ${path}${kind === 'persistent' ? ', where its data is' : ''}, but ${containerCalled(workload, container)} ${trouble}.`,
        here: there?.place ?? wrongField(container),
        fix: `Mount a volume at ${path}${there ? `, not at ${there.path}` : ''}.`,
      },
    ];
  });
}

/** Where a mount is missing: at the root that is read-only, or at the mounts. */
const wrongField = (container: KnownContainer['container']): Place =>
  container.spec.volumeMounts.length > 0
    ? inContainer(container, 'volumeMounts')
    : inContainer(container, 'securityContext', 'readOnlyRootFilesystem');

function ownTrouble(
  mounts: readonly Mount[],
  mount: Mount | undefined,
  kept: boolean,
  writable: boolean,
): string | undefined {
  if (mount?.kind === 'missing') return undefined;
  if (!writable) return mount ? 'has it mounted read-only' : 'has a read-only root and no volume there';
  const lasts = mount?.kind === 'claim' || mount?.kind === 'other';
  return kept && !lasts && hasClaim(mounts) ? 'has no claim there: it is gone with the pod' : undefined;
}

/** A folder named in the environment or in a file: writable, and on a claim where what is in it must last. */
function configuredPaths(graph: Graph, known: KnownContainer): Fault[] {
  const { workload, container, program, running } = known;
  const mounts = mountsOf(graph, workload, container);
  const writes = program.facts.writes?.(running) ?? [];
  return writes.flatMap((write): Fault[] => {
    const mount = mountAt(mounts, trimmed(write.path));
    const trouble =
      sharedTrouble(writes, write) ?? configuredTrouble(mounts, write, isWritable(mount, known));
    if (!trouble) return [];
    const right = mounts.filter(
      ({ writable, kind }) => writable && (write.how !== 'kept' || kind === 'claim'),
    );
    return [
      {
        code: 'PATH_NOT_WRITABLE',
        message: `${program.service.name} of ${called(workload)} is told by ${write.in || 'its command'} to write to "${write.path}", ${trouble}.`,
        here: placeOfSetting(graph, workload, container, write.in),
        ...(mount ? { there: mount.place } : {}),
        fix: `Name a path of its own on ${right.map((one) => one.path).join(' or ') || 'a volume'}.`,
      },
    ];
  });
}

function sharedTrouble(writes: readonly Write[], write: Write): string | undefined {
  const other = writes.find((one) => one.in !== write.in && one.path === write.path);
  return other && `which is also what ${other.in} says`;
}

function configuredTrouble(
  mounts: readonly Mount[],
  { path, how }: Write,
  writable: boolean,
): string | undefined {
  if (how === 'file' && mounts.some((one) => one.path === trimmed(path)))
    return 'which is a folder, not a file';
  if (!writable) return 'where nothing may be written';
  const lost = how === 'kept' && mountAt(mounts, trimmed(path))?.kind !== 'claim' && hasClaim(mounts);
  return lost ? 'which is on no claim, and what is there must outlive the pod' : undefined;
}

/** A folder of the image that is on no volume is writable for the image's own user only. */
export const imageUsers: Check = ({ graph, known }) =>
  known.flatMap(({ workload, container, program, running, by }): Fault[] => {
    const own = program.service.container.user.uid;
    const inside = container.spec.securityContext.runAsUser !== undefined;
    const user = container.spec.securityContext.runAsUser ?? workload.pod.securityContext.runAsUser ?? own;
    const folders = program.facts.ownFolders?.(running, container.spec.image ?? '') ?? [];
    const mounts = mountsOf(graph, workload, container);
    const folder = folders.find((one) => !mountAt(mounts, trimmed(one)));
    return when(by === 'image' && user > 0 && user !== own && folder, () => ({
      code: 'USER',
      message: `${containerCalled(workload, container)} runs as user ${user} and writes to ${folder ?? ''}, which is on no volume: there it belongs to user ${own}, the image's.`,
      here: inside
        ? inContainer(container, 'securityContext', 'runAsUser')
        : inPod(workload, 'securityContext', 'runAsUser'),
      fix: `Write runAsUser: ${own}, or mount a volume there.`,
    }));
  });
