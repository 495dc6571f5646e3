import { backendVariables } from './services/backend-variables.ts';
import type { Variable } from './variable.ts';

const variables: Readonly<Record<string, Variable>> = backendVariables;

/** How the field calls what must not be shown: `NEO4J_AUTH`, `DB_PASSWD`, `apiToken`, `QDRANT__SERVICE__API_KEY`. */
const secretWords =
  /(PASSW|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|AUTHORIZATION|API_?KEY)|(^|[_.-])(AUTH|PWD|PASS)$|(^|[_.-])KEY(?!_?ID$)([_.-]|$)/i;

/**
 * Whether the value of a variable (or key) of this name must not be shown: the contract calls it secret, or its name
 * sounds so. A name the contract knows as no secret is none, whatever it sounds like.
 */
export function isSecretName(name: string): boolean {
  const known = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return known ? known.secret === true : secretWords.test(name);
}
