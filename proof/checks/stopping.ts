import type { Fault } from '../findings.ts';
import { isManagedByMooring } from '../graph/managed-by.ts';
import { scriptOf } from '../graph/shell.ts';
import { valueAt } from '../source.ts';
import { containerCalled, inContainer, inPod, type Check } from './subject.ts';

/** Kubernetes' default of `terminationGracePeriodSeconds`. */
export const usualGrace = 30;

/** What runs before a container is told to stop takes from the time that it has to stop. */
export const stopping: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const waits = secondsOf(valueAt(container.spec, ['lifecycle', 'preStop']));
      const given = workload.pod.terminationGracePeriodSeconds ?? usualGrace;
      // Without a hook others may want their pods to be killed at once.
      if (waits < given || (waits === 0 && !isManagedByMooring(workload.object))) return [];
      return [
        {
          code: 'GRACE',
          message: `The preStop hook of ${containerCalled(workload, container)} waits ${waits} s, and ${given} s after its beginning the pod is killed: the program is never told to stop.`,
          here: inContainer(container, 'lifecycle', 'preStop'),
          there: inPod(workload, 'terminationGracePeriodSeconds'),
          fix: `Wait less, or write a terminationGracePeriodSeconds of more than ${waits}.`,
        },
      ];
    }),
  );

/** How long a hook sleeps at least, as far as it is written. */
function secondsOf(hook: unknown): number {
  const slept = valueAt(hook, ['sleep', 'seconds']);
  if (typeof slept === 'number') return slept;
  const words = valueAt(hook, ['exec', 'command']);
  if (!Array.isArray(words)) return 0;
  const command = words.map(String);
  const lines = (scriptOf(command)?.text ?? command.join(' ')).split(/[\n;]|&&/);
  return lines
    .map((line) => Number(/^\s*(?:\S*\/)?sleep\s+(\d+)s?\s*$/.exec(line)?.[1] ?? 0))
    .reduce((sum, seconds) => sum + seconds, 0);
}
