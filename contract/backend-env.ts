import {
  envDigest,
  parseEnv,
  publicValues,
  secretsSet,
  type EnvOf,
  type EnvProblem,
  type EnvResult,
  type EnvRules,
  type EnvText,
  type Variables,
} from '../model/env.ts';
import { originOf, serviceOf } from '../model/environment.ts';
import { chatStack } from './chat-stack.ts';
import { readChatStack } from './read-chat-stack.ts';
import { backendName } from './services/backend-ports.ts';
import { backendVariables } from './services/backend-variables.ts';

/** The app's environment: the backend's variables, and the rules across them. */

export type Env = EnvOf<typeof backendVariables>;
export type EnvName = keyof typeof backendVariables;
export type BackendEnvResult = EnvResult<Env>;

export const envNames = Object.keys(backendVariables) as readonly EnvName[];
const variables: Variables = backendVariables;

export const backendRules: EnvRules<Env> = { together, foreign: ['HTTP_PROXY'] };

/** Parses the app's environment and reports every problem. */
export function parseBackendEnv(source: EnvText): BackendEnvResult {
  return parseEnv(backendVariables, source, { ...backendRules, origin });
}

/** Where the manifests get a variable's value from; undefined for a default or a setting. */
function origin(name: string): string | undefined {
  const stack = chatStack(readChatStack({}, 'the defaults'));
  return originOf(stack, serviceOf(stack, backendName), name);
}

/** Checks across variables. */
function together(env: Env): EnvProblem[] {
  const problems: EnvProblem[] = [];
  if (env.AUTH_MODE === 'jwt' && env.AUTH_JWKS_URL === undefined && env.AUTH_JWT_SECRET === undefined)
    problems.push({
      name: 'AUTH_MODE',
      message:
        'AUTH_MODE is "jwt", but neither AUTH_JWKS_URL nor AUTH_JWT_SECRET is set; one of them must verify the tokens.',
    });
  if (env.HTTP_PORT === env.METRICS_PORT)
    problems.push({
      name: 'METRICS_PORT',
      message: `METRICS_PORT and HTTP_PORT are both ${env.HTTP_PORT}; operations need a port of their own, which the public cannot reach.`,
    });
  return problems;
}

/** The app's effective values that are not secret, as text. */
export const backendValues = (env: Env): Record<string, string> => publicValues(variables, env);

/** The names of the app's secret variables that are set. */
export const backendSecretsSet = (env: Env): string[] => secretsSet(variables, env);

/** The digest the renderer wrote on the pod when this process runs what was rendered. */
export const backendDigest = (env: Env): string => envDigest(variables, env);
