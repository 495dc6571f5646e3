import { contradictions } from './contradictions.ts';
import type { Service, Stack, StackDefinition } from './stack.ts';
import type { PlaceOf, Problem } from './problem.ts';

/** A stack, or the document of one, contradicts itself. Lists every problem. */
export class StackError extends Error {
  readonly subject: string;
  readonly problems: readonly Problem[];

  constructor(subject: string, problems: readonly Problem[]) {
    super(`${subject} is refused:\n${problems.map(({ message }) => `  - ${message}`).join('\n')}`);
    this.name = 'StackError';
    this.subject = subject;
    this.problems = problems;
  }

  /** The same refusal with the place of each problem in front of it, where there is one. */
  at(placeOf: PlaceOf): StackError {
    const placed = this.problems.map((problem): Problem => {
      const place = placeOf(problem);
      return place === undefined ? problem : { ...problem, message: `${place}: ${problem.message}` };
    });
    return new StackError(this.subject, placed);
  }
}

/**
 * Checks a definition and returns the stack everything else is derived from.
 * @throws StackError with every contradiction: an edge to a port its target does not have, a variable bound twice, two
 * services on one host port, a cycle of gates, a name Kubernetes would refuse, and similar.
 */
export function defineStack(definition: StackDefinition): Stack {
  const services = definition.services.map((service): Service => ({
    ...service,
    ports: service.ports ?? {},
  }));
  const filled = { ...definition, services };
  const problems = contradictions(filled);
  if (problems.length > 0) throw new StackError(`The stack "${definition.name}"`, problems);
  return Object.freeze({ ...filled, checked: true as const });
}
