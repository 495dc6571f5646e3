import { parseBackendEnv } from '../backend-env.ts';
import { backendVariables } from '../services/backend-variables.ts';
import { backendImage, httpPaths } from '../services/backend.ts';
import {
  portIn,
  type Memory,
  type Process,
  type ProgramFacts,
  type SettingProblem,
} from '../../model/program.ts';
import { repositoryOf } from '../../model/image-repository.ts';

type EnvName = keyof typeof backendVariables;

const answers = { alive: [httpPaths.healthz], ready: [httpPaths.readyz] };
const optionsVariable: EnvName = 'NODE_OPTIONS';
const heapOption = /--max-old-space-size=(\d+)(?!\S)/;

/** The chat backend. */
export const backendFacts: ProgramFacts = {
  name: 'backend',
  product: 'chat backend',
  image: repositoryOf(backendImage),
  // The app's schema has defaults, so the ports are always known.
  told: (running) => ({
    http: portIn(running, 'HTTP_PORT' satisfies EnvName) ?? backendVariables.HTTP_PORT.default,
    metrics: portIn(running, 'METRICS_PORT' satisfies EnvName) ?? backendVariables.METRICS_PORT.default,
  }),
  parse: parseBackendEnv,
  answers: { http: answers, metrics: answers },
  speaksTls: () => false,
  memory: heap,
  executables: ['node'],
  problems: (running) => [...optionProblems(running), ...authProblems(running), ...addressProblems(running)],
};

/** Unset and without authentication it listens on loopback, where no probe and no other pod reaches it. */
function addressProblems({ env, names }: Process): SettingProblem[] {
  const [address, mode]: EnvName[] = ['HTTP_HOST', 'AUTH_MODE'];
  if (!address || !mode) return [];
  const chosen = env[address] ?? '';
  const unset = chosen === '' && !names.has(address);
  const open = unset
    ? (env[mode] ?? backendVariables.AUTH_MODE.default) !== 'none'
    : /^(0\.0\.0\.0|::|)$/.test(chosen);
  return open
    ? []
    : [
        {
          in: address,
          message: `${address} is ${unset ? 'not set, and without authentication that means loopback' : `"${chosen}"`}: the process listens where no Service and no probe reaches it.`,
          fix: `Set ${address} to 0.0.0.0.`,
        },
      ];
}

function heap({ env }: Process): Memory[] {
  const match = heapOption.exec(env[optionsVariable] ?? '');
  return match
    ? [{ in: optionsVariable, says: `a heap of ${match[1] ?? ''} MiB`, mebibytes: Number(match[1]) }]
    : [];
}

/** Node exits on an unknown option, and without this one sizes its heap by the node's memory. */
function optionProblems({ env }: Process): SettingProblem[] {
  const text = env[optionsVariable];
  if (!text || heapOption.test(text) || !/old.?space/.test(text)) return [];
  return [
    {
      in: optionsVariable,
      message: `${optionsVariable} is "${text}", which is no option of Node's.`,
      fix: 'Write --max-old-space-size=<MiB>, below the memory limit.',
    },
  ];
}

/** JWT keys are set but AUTH_MODE is none, so no token is verified. */
function authProblems({ env, names }: Process): SettingProblem[] {
  const mode: EnvName = 'AUTH_MODE';
  const keys = (['AUTH_JWKS_URL', 'AUTH_JWT_SECRET'] satisfies EnvName[]).filter((name) => names.has(name));
  const chosen = env[mode] ?? backendVariables[mode].default;
  if (chosen !== backendVariables[mode].default || keys.length === 0) return [];
  return [
    {
      in: names.has(mode) ? mode : (keys[0] ?? mode),
      message: `${mode} is "${chosen}", yet ${keys.join(' and ')} is set: no token is verified, and every client is taken for the patient of its path.`,
      fix: `Set ${mode} to jwt, or remove ${keys.join(' and ')}.`,
    },
  ];
}
