import { containerCalled, inContainer, type Check } from '../../checks/subject.ts';
import type { Fault } from '../../findings.ts';
import { mountAt, mountsOf } from '../../graph/files.ts';
import { knownImages, type WellKnownImage } from './well-known.ts';

/** A read-only root without a volume where an image writes while it starts. */
export const imageScratch = (images: readonly WellKnownImage[]): Check =>
  function imageScratch({ graph }) {
    return graph.workloads.flatMap((workload) =>
      workload.containers.flatMap((container): Fault[] => {
        if (container.spec.securityContext.readOnlyRootFilesystem !== true) return [];
        // Another command may write elsewhere.
        if (container.spec.command.length > 0) return [];
        const { product, facts } = knownImages(images, container.spec.image);
        const mounts = mountsOf(graph, workload, container);
        const without = facts
          .flatMap(({ scratch }) => scratch?.(product) ?? [])
          .filter((names) => !names.some((path) => mountAt(mounts, path)))
          .map(([path = '']) => path);
        if (without.length === 0) return [];
        return [
          {
            code: 'PATH_NOT_WRITABLE',
            severity: 'warning',
            message: `${containerCalled(workload, container)} has a read-only root, and ${product} writes to ${without.join(' and ')}, where no volume is.`,
            here: inContainer(container, 'securityContext', 'readOnlyRootFilesystem'),
            fix: `Mount an emptyDir at ${without.join(' and at ')}.`,
          },
        ];
      }),
    );
  };
