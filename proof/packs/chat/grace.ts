import { backendVariables } from '../../../contract/services/backend-variables.ts';
import { called, inContainer, inPod, type Check } from '../../checks/subject.ts';
import { usualGrace } from '../../checks/stopping.ts';
import type { Fault } from '../../findings.ts';
import type { Variables } from '../../../model/env.ts';
import { isBackend } from './backend.ts';

const variables: Variables = backendVariables;

/** The variables that say how long each phase of the backend's shutdown takes. */
const phases = Object.keys(variables).filter((name) => name.startsWith('SHUTDOWN_'));

/** The grace period of the backend's pods must be longer than its shutdown. */
export const grace: Check = ({ known }) =>
  known
    .filter(({ program }) => isBackend(program))
    .flatMap(({ workload, container, running }): Fault[] => {
      const waits = phases.map((name) => ({
        name,
        seconds: Number(running.env[name] ?? variables[name]?.default ?? 0),
      }));
      const sum = waits.reduce((total, { seconds }) => total + seconds, 0);
      const given = workload.pod.terminationGracePeriodSeconds ?? usualGrace;
      const [first] = waits;
      if (!first || sum < given) return [];
      return [
        {
          code: 'GRACE',
          message: `${called(workload)} is killed ${given} s after it is told to stop, but ${waits.map(({ name, seconds }) => `${name} (${seconds} s)`).join(' and ')} take as long.`,
          here: container.variables.get(first.name)?.place ?? inContainer(container, 'name'),
          there: inPod(workload, 'terminationGracePeriodSeconds'),
          fix: `Give it more than ${sum} s.`,
        },
      ];
    });
