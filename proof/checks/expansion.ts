import type { Fault } from '../findings.ts';
import type { EnvEntry } from '../graph/environment.ts';
import { containerCalled, type Check } from './subject.ts';

/**
 * Kubernetes expands `$(NAME)` in the values of a container's own list only. In a value taken from a ConfigMap or Secret
 * it stays a text; that it was meant to be expanded shows where NAME is a variable of the container.
 */
export const unexpanded: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      container.env.flatMap((entry): Fault[] => {
        const meant = referred(entry).find((name) => container.variables.has(name));
        if (meant === undefined || !entry.from) return [];
        const source = `${entry.from.kind} ${entry.from.name}`;
        return [
          {
            code: 'ENV_REFERENCE',
            message: `${entry.name} of ${containerCalled(workload, container)} comes from ${source}, where $(${meant}) is not expanded: the process gets the text "$(${meant})".`,
            here: entry.place,
            fix: `Write what ${meant} holds, or set ${entry.name} by "value" in the container's own list, after ${meant}.`,
          },
        ];
      }),
    ),
  );

const referred = ({ value = '' }: EnvEntry): string[] =>
  [...value.matchAll(/(?<!\$)\$\(([A-Za-z_]\w*)\)/g)].map(([, name = '']) => name);
