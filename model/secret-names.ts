/** Common names of secrets: `GRAPH_AUTH`, `DB_PASSWD`, `apiToken`, `SEARCH__SERVICE__API_KEY`. */
const secretWords =
  /(PASSW|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|AUTHORIZATION|API_?KEY)|(^|[_.-])(AUTH|PWD|PASS)$|(^|[_.-])KEY(?!_?ID$)([_.-]|$)/i;

/**
 * Whether a variable or key has a secret's name, for redaction where no contract knows the name. Rather masks too much
 * than too little.
 */
export const isSecretName = (name: string): boolean => secretWords.test(name);
