import { parseBackendEnv } from '../../contract/backend-env.ts';
import { defaultBackend, defaultStack } from '../../contract/default-stack.ts';
import { chatProgramFacts } from '../../contract/programs.ts';
import { targetsOf, type Target } from '../../dial/target.ts';

/** Where the chat backend of an empty environment dials one of its stores, with some of it changed. */
export function chatTarget(service: string, rest: Partial<Target> = {}): Target {
  const parsed = parseBackendEnv({});
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const targets = targetsOf(defaultStack, defaultBackend, parsed.env, chatProgramFacts);
  const target = targets.find((one) => one.service === service);
  if (!target) throw new RangeError(`The backend has no edge to "${service}".`);
  return { ...target, ...rest };
}
