import { backendSecretsSet, type Env, type EnvName } from '../../contract/backend-env.ts';
import { maskSecrets, masked } from '../../model/redact.ts';

/** Shorter values are common in ordinary words: masking them would make a text unreadable. */
const shortestMasked = 4;

/** A function that masks every secret of the environment in a text, such as a client's error message. */
export function redactorOf(env: Env): (text: string) => string {
  const secrets = secretsOf(env);
  return (text) => maskSecrets(text, secrets);
}

/** A function that masks, in a line of JSON, the same secrets, and whatever stands before the `@` of a URL. */
export function lineRedactorOf(env: Env): (line: string) => string {
  const secrets = secretsOf(env).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (line) => maskSecrets(line, secrets).replace(urlCredentials, `//${masked}@`);
}

/** The path of a file may have an `@`. */
const urlCredentials = /(?<!file:\/?)\/\/[^\s"'\\]*@/g;

const secretsOf = (env: Env): string[] =>
  (backendSecretsSet(env) as EnvName[])
    .map((name) => String(env[name]))
    .filter((secret) => secret.length >= shortestMasked);
