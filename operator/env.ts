import { parseEnv, type EnvOf } from '../model/env.ts';
import { errorCodes } from '../model/errors.ts';
import { choice, port, text } from '../model/variable.ts';

/** The environment of the operator's process. Its own Deployment sets it (`manifests/`). */
export const operatorVariables = {
  WATCH_NAMESPACE: text({ doc: 'the only namespace it looks at; unset: all of them' }),
  POD_NAMESPACE: text({ default: 'mooring-system', doc: 'where its Lease is' }),
  POD_NAME: text({ default: 'mooring-operator', doc: 'part of its identity in the Lease' }),
  OPERATOR_PORT: port({ default: 8_081, doc: 'serves /healthz, /readyz and /metrics' }),
  LOG_LEVEL: choice(['debug', 'info', 'warn', 'error'], {
    default: 'info',
    doc: 'least level of a logged line',
  }),
} as const;
export type OperatorEnv = EnvOf<typeof operatorVariables>;

/** This process' settings. Where a variable is bad, it says so, a line each, and ends the process with 78. */
export function readOperatorEnv(): OperatorEnv {
  const result = parseEnv(operatorVariables, process.env);
  if (result.ok) return result.env;
  process.stderr.write(result.problems.map(({ message }) => `${message}\n`).join(''));
  process.exit(errorCodes.CONFIG_INVALID.exit);
}
