import type { DependencyReason } from '../reasons.ts';
import type { DependencyObserved, PodObserved } from './observed.ts';

/** What is known of a dependency from every pod that has a gate for it, as a condition of the stack. */
export interface DependencyState {
  readonly name: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: DependencyReason;
  readonly message: string;
}

/** What is known of a stack's dependencies. */
export interface Dependencies {
  /** From the pods that were asked. */
  readonly states: readonly DependencyState[];
  /** False for a while after an operator has begun, and for each new pod. */
  readonly isEveryPodAsked: boolean;
}

/** What is known of one pod. */
export interface PodSaying {
  readonly pod: string;
  readonly observed: PodObserved;
}

/** What one pod says of one dependency. */
interface Saying extends DependencyObserved {
  readonly pod: string;
  readonly unreachable: string | undefined;
}

/** So many pods are named in a message. */
const mostNamed = 3;

/**
 * Each dependency as all pods of a stack see it, by name. One pod that waits for it outweighs all others; one that
 * cannot be asked leaves the rest unknown.
 */
export function dependencyStates(pods: readonly PodSaying[]): DependencyState[] {
  const sayings = pods.flatMap(({ pod, observed: { dependencies, unreachable } }) =>
    dependencies.map((dependency) => ({ ...dependency, pod, unreachable })),
  );
  const byName = Map.groupBy(sayings, ({ name }) => name);
  return [...byName]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, said]) => ({ name, ...stateOf(name, said) }));
}

function stateOf(name: string, sayings: readonly Saying[]): Omit<DependencyState, 'name'> {
  const sorted = [...sayings].sort((one, other) => (one.pod < other.pod ? -1 : 1));
  const answering = sorted.filter(({ unreachable }) => unreachable === undefined);
  const inState = (state: Saying['state']): Saying[] => answering.filter((one) => one.state === state);
  const waiting = inState('closed');
  // A process that has just begun waits for what it has not tried to reach yet: each rollout has such ones.
  const [untried, closed] = [waiting.filter(isUntried), waiting.filter((one) => !isUntried(one))];
  if (closed.length > 0)
    return { status: 'False', reason: 'Closed', message: listed(closed, `waits for ${name}`) };
  const silent = sorted.filter(({ unreachable }) => unreachable !== undefined);
  if (silent.length > 0)
    return { status: 'Unknown', reason: 'Unreachable', message: listed(silent, 'cannot be asked') };
  if (untried.length > 0)
    return { status: 'Unknown', reason: 'NotTried', message: listed(untried, `has not tried ${name} yet`) };
  const unknown = inState('unknown');
  if (unknown.length > 0)
    return { status: 'Unknown', reason: 'NotReported', message: listed(unknown, `does not report ${name}`) };
  const degraded = inState('degraded');
  if (degraded.length > 0)
    return { status: 'True', reason: 'Degraded', message: listed(degraded, `works without ${name}`) };
  return { status: 'True', reason: 'Open', message: `Every pod reports that ${name} answers.` };
}

/** A process that has tried in vain says why. */
const isUntried = ({ says }: Saying): boolean => says === '';

/** A sentence for each pod, as far as they are named. */
function listed(sayings: readonly Saying[], what: string): string {
  const named = sayings.slice(0, mostNamed).map(({ pod, unreachable, says }) => {
    const why = unreachable ?? says;
    return `Pod ${pod} ${what}${why === '' ? '.' : `: ${why}`}`;
  });
  const more = sayings.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more pods say the same.`] : [])].join('\n');
}
