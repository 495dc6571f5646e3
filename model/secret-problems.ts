import { environmentOf } from './environment.ts';
import { isWorkload, type Stack } from './stack.ts';
import { expectationOf, valueIn } from './variable.ts';

/**
 * Values of a Secret that their readers could not take: each is checked against the variables that receive it, so that
 * a store never starts with a different password or with none.
 * @param values of the Secret called `name`, by key. A missing key is not checked.
 * @returns a sentence for each, without the value.
 */
export function secretProblems(
  stack: Stack,
  name: string,
  values: Readonly<Record<string, string>>,
): string[] {
  const problems = new Map<string, string>();
  for (const service of stack.services.filter(isWorkload))
    for (const variable of environmentOf(stack, service)) {
      if (!('secret' in variable) || variable.secret.name !== name) continue;
      const { key } = variable.secret;
      const known = service.variables?.[variable.name];
      const value = Object.hasOwn(values, key) ? values[key] : undefined;
      if (value === undefined || !known || problems.has(key) || valueIn(known, value) !== undefined) continue;
      problems.set(
        key,
        `${key}: ${service.name} reads it as ${variable.name}; expected ${expectationOf(known)}`,
      );
    }
  return [...problems.values()];
}
