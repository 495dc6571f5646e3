/** How the field calls what must not be shown: `NEO4J_AUTH`, `DB_PASSWD`, `apiToken`, `QDRANT__SERVICE__API_KEY`. */
const secretWords =
  /(PASSW|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|AUTHORIZATION|API_?KEY)|(^|[_.-])(AUTH|PWD|PASS)$|(^|[_.-])KEY(?!_?ID$)([_.-]|$)/i;

/**
 * Whether a variable or key of this name sounds like a secret, for redaction where no contract knows the name. Masks too
 * much rather than too little.
 */
export const isSecretName = (name: string): boolean => secretWords.test(name);
