import { backendSecretsSet, type Env, type EnvName } from '../../contract/backend-env.ts';
import { maskSecrets } from '../../model/redact.ts';

/** Shorter values are common in ordinary words: masking them would make a text unreadable. */
const shortestMasked = 4;

/** A function that masks every secret of the environment in a text, such as a client's error message. */
export function redactorOf(env: Env): (text: string) => string {
  const secrets = (backendSecretsSet(env) as EnvName[])
    .map((name) => String(env[name]))
    .filter((secret) => secret.length >= shortestMasked);
  return (text) => maskSecrets(text, secrets);
}
