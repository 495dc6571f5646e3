import { backendSecretsSet, type Env, type EnvName } from '../../contract/backend-env.ts';

/** A function that blanks out every secret of the environment in a text, wherever a client put one. */
export function maskOf(env: Env): (text: string) => string {
  const secrets = (backendSecretsSet(env) as EnvName[])
    .map((name) => String(env[name]))
    // A secret of two letters would blank out half of every sentence.
    .filter((secret) => secret.length >= 4);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '(secret)'), text);
}
