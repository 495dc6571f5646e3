import { gatesOfService } from '../../model/gates.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import type { Pod } from '../../kube/kinds.ts';
import { causesOf, type Cause } from './causes.ts';
import type { WorkloadState } from './workload-status.ts';

/**
 * Every cause that keeps a stack from coming up. An init step that dials what its service waits for fails until that is up,
 * and Kubernetes starts it again: what counts is only a failure of a run that began afterwards.
 */
export function stackCauses(stack: Stack, states: readonly WorkloadState[]): Cause[] {
  return states.flatMap((state) => {
    const dialling = diallingSteps(stack, state);
    const up = upSince(stack, state, states);
    return causesOf(state).filter(({ log }) => {
      if (log === undefined || !dialling.includes(log.container)) return true;
      return beganAt(state.pods, log) > up;
    });
  });
}

/** The init steps of a workload that have the environment of their service. */
function diallingSteps(stack: Stack, { service: name }: WorkloadState): string[] {
  const service = stack.services.find((one) => one.name === name);
  if (!service || !isWorkload(service)) return [];
  return (service.container.init ?? [])
    .filter(({ environment }) => environment === 'service')
    .map((step) => step.name);
}

/** Since when everything that a service waits for is up, in milliseconds; Infinity where something is not. */
function upSince(stack: Stack, { service: name }: WorkloadState, states: readonly WorkloadState[]): number {
  const service = stack.services.find((one) => one.name === name);
  const awaited = states.filter(
    (state) => service && gatesOfService(service).includes(state.service) && state.object.kind !== 'Job',
  );
  return Math.max(-Infinity, ...awaited.flatMap(readySince));
}

const readySince = ({ rolledOut, pods }: WorkloadState): number[] =>
  rolledOut
    ? pods.flatMap(({ status }) =>
        (status.conditions ?? [])
          .filter(({ type }) => type === 'Ready')
          .map(({ lastTransitionTime = '' }) => Date.parse(lastTransitionTime)),
      )
    : [Infinity];

/** When the run of an init container that failed last began. A time that is not told is long ago. */
function beganAt(pods: readonly Pod[], { pod, container }: NonNullable<Cause['log']>): number {
  const statuses = pods.find(({ metadata }) => metadata.name === pod)?.status.initContainerStatuses ?? [];
  const { lastState } = statuses.find(({ name }) => name === container) ?? {};
  return Date.parse(lastState?.terminated?.startedAt ?? '') || -Infinity;
}
