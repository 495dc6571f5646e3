import { AssertionError } from 'node:assert';
import { parseEnv, type EnvOf, type EnvRules, type EnvText } from '../model/env.ts';

/**
 * Asserts that a process that reads these variables starts with this environment.
 * @returns its parsed values. @throws AssertionError with every bad variable.
 */
export function assertEnvParses<const V>(
  variables: V,
  source: EnvText,
  rules: EnvRules<EnvOf<V>> = {},
): EnvOf<V> {
  const result = parseEnv(variables, source, rules);
  if (result.ok) return result.env;
  const problems = result.problems.map(({ message }) => `  - ${message}`);
  throw new AssertionError({
    message: `The environment does not parse:\n${problems.join('\n')}`,
    stackStartFn: assertEnvParses,
  });
}
