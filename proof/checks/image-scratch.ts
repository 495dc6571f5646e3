import type { Fault } from '../findings.ts';
import { mountAt, mountsOf } from '../graph/files.ts';
import { imageFactsOf, isServer } from '../graph/images.ts';
import { processOf } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Path } from '../source.ts';
import { serverOf } from './servers.ts';
import { containerCalled, inContainer, inPod, type Check, type Subject } from './subject.ts';

/** A root that may not be written to, without a volume where an image or a server writes while it starts. */
export const imageScratch: Check = (subject) =>
  subject.graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const writer = writerOf(subject, workload, container);
      const reason = writer && closedBy(workload, container, writer.rootWrites);
      if (!writer || !reason) return [];
      const mounts = mountsOf(subject.graph, workload, container);
      const without = writer.folders
        .filter((names) => !names.some((path) => mountAt(mounts, path)))
        .map(([path = '']) => path);
      if (without.length === 0) return [];
      return [
        {
          code: 'PATH_NOT_WRITABLE',
          severity: 'warning',
          message: `${containerCalled(workload, container)} ${reason.text}, and ${writer.product} writes to ${without.join(' and ')}, where no volume is.`,
          here: reason.inPod ? inPod(workload, ...reason.path) : inContainer(container, ...reason.path),
          fix: `Mount an emptyDir at ${without.join(' and at ')}.`,
        },
      ];
    }),
  );

interface Writer {
  readonly product: string;
  readonly folders: readonly (readonly string[])[];
  readonly rootWrites: boolean;
}

function writerOf({ graph, beside }: Subject, workload: Workload, container: Container): Writer | undefined {
  const server = serverOf(container, beside.servers);
  if (server?.server.scratch && !container.init)
    return { product: server.name, folders: server.server.scratch(server.words), rootWrites: false };
  // Another command may write elsewhere.
  if (container.spec.command.length > 0) return undefined;
  const { product, facts } = imageFactsOf(beside.images, workload, container);
  const writing = facts.filter(({ scratch }) => scratch !== undefined);
  if (writing.length === 0) return undefined;
  const running = processOf(graph, workload, container);
  const known = writing.filter((one) => isServer(running, one, product));
  return {
    product,
    folders: known.flatMap(({ scratch }) => scratch?.(product, running) ?? []),
    rootWrites: known.some(({ rootWrites }) => rootWrites),
  };
}

interface Reason {
  readonly text: string;
  readonly path: Path;
  readonly inPod: boolean;
}

function closedBy(workload: Workload, { spec }: Container, rootWrites: boolean): Reason | undefined {
  if (spec.securityContext.readOnlyRootFilesystem === true)
    return {
      text: 'has a read-only root',
      ...{ path: ['securityContext', 'readOnlyRootFilesystem'], inPod: false },
    };
  const own = spec.securityContext.runAsUser;
  const user = own ?? workload.pod.securityContext.runAsUser ?? 0;
  if (!rootWrites || user === 0) return undefined;
  return {
    text: `runs as user ${user}, not as root`,
    ...{ path: ['securityContext', 'runAsUser'], inPod: own === undefined },
  };
}
