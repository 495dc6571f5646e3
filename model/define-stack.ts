import { contradictions } from './contradictions.ts';
import type { Service, Stack, StackDefinition } from './stack.ts';

/** A stack, or a document that describes one, contradicts itself. Every problem is listed, not only the first. */
export class StackError extends Error {
  readonly problems: readonly string[];

  constructor(subject: string, problems: readonly string[]) {
    super(`${subject} is refused:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'StackError';
    this.problems = problems;
  }
}

/**
 * Checks a definition and gives the stack everything else is derived from.
 * @throws StackError with every contradiction: an edge to a port nobody has, a variable bound twice, two services on
 * one host port, a cycle of gates, a name Kubernetes would refuse, and their like.
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
