import { defaultBackend, defaultStack } from '../../contract/default-stack.ts';
import { chatProgramFacts } from '../../contract/programs.ts';
import type { Env } from '../../contract/backend-env.ts';
import { targetOf, type Target } from '../../dial/target.ts';
import { serviceOf } from '../../model/environment.ts';
import { productOf as productOfService } from '../../model/program.ts';
import type { Gate } from '../../model/stack.ts';

/** A service the backend depends on: one for each edge of the backend in the contract. */
export interface Dependency {
  /** The service's name in the stack. */
  readonly name: string;
  readonly gate: Gate;
  /** Where it is dialled; undefined when it is embedded in this process. */
  readonly target: Target | undefined;
}

export function dependenciesOf(env: Env): Dependency[] {
  const embedded: readonly string[] = env.EMBEDDED_STORES ?? [];
  return (defaultBackend.edges ?? []).map((edge) => ({
    name: edge.to,
    gate: edge.gate,
    target: embedded.includes(edge.to) ? undefined : targetOf(defaultStack, edge, env, chatProgramFacts),
  }));
}

/** What people call a dependency: `Redis` for `redis`. */
export function productOf(name: string): string {
  return productOfService(serviceOf(defaultStack, name), chatProgramFacts);
}
