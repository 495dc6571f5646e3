import type { Fault } from '../findings.ts';
import { tagOf } from '../../model/image-repository.ts';
import { mountsOf, placeOfSetting } from '../graph/files.ts';
import { imageFactsOf, isServer } from '../graph/images.ts';
import { processOf } from '../graph/programs.ts';
import { containerCalled, inContainer, inPod, type Check } from './subject.ts';

/** How an image that is known fails as it is configured. */
export const imageProblems: Check = ({ graph, beside }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ init, envKnown }) => !init && envKnown)
      .flatMap((container): Fault[] => {
        const { product, facts } = imageFactsOf(beside.images, workload, container);
        const known = facts.filter(({ problems }) => problems !== undefined);
        if (known.length === 0) return [];
        const mounts = mountsOf(graph, workload, container);
        const started = {
          running: processOf(graph, workload, container),
          tag: tagOf(container.spec.image ?? ''),
          mounted: mounts.map(({ path }) => path),
        };
        return known
          .filter((one) => isServer(started.running, one, product))
          .flatMap(({ problems }) => problems?.(started) ?? [])
          .map(({ in: where, message, fix, severity }) => ({
            code: 'BAD_SETTING',
            ...(severity ? { severity } : {}),
            message: `${containerCalled(workload, container)}: ${message}`,
            here:
              where === ''
                ? inContainer(container, 'image')
                : placeOfSetting(graph, workload, container, where),
            fix,
          }));
      }),
  );

/** Of an image that starts as root, kubelet starts none that may not: it would have to be told another user. */
export const rootImages: Check = ({ graph, beside }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const [own, pod] = [container.spec.securityContext, workload.pod.securityContext];
      const { product, facts } = imageFactsOf(beside.images, workload, container);
      const isRoot = facts.some(({ user }) => user === 0);
      const forbidden = (own.runAsNonRoot ?? pod.runAsNonRoot) === true;
      if (!isRoot || !forbidden || (own.runAsUser ?? pod.runAsUser) !== undefined) return [];
      return [
        {
          code: 'USER',
          severity: 'error',
          message: `${containerCalled(workload, container)} must not run as root, and its image ${product} starts as root: kubelet does not start it.`,
          here:
            own.runAsNonRoot === undefined
              ? inPod(workload, 'securityContext', 'runAsNonRoot')
              : inContainer(container, 'securityContext', 'runAsNonRoot'),
          there: inContainer(container, 'image'),
          fix: 'Write runAsUser with the number of another user.',
        },
      ];
    }),
  );
