/** An app's side of a stack: its variables, its environment parsed at start, and what it reports. */
export { envDigest, parseEnv, publicValues, secretsSet } from './model/env.ts';
export type { EnvOf, EnvProblem, EnvResult, EnvRules, EnvText, EnvValues, Variables } from './model/env.ts';
export { gateReport, readinessQuery, readinessReport, reportVersion } from './model/report.ts';
export type { GateReport, GateState, ReadinessReport } from './model/report.ts';
export {
  choice,
  flag,
  host,
  hs256Key,
  list,
  matching,
  origins,
  port,
  text,
  token,
  url,
  whole,
} from './model/variable.ts';
export type {
  BooleanVariable,
  EnumVariable,
  IntegerVariable,
  ListVariable,
  TextVariable,
  ValueOf,
  Variable,
  VariableValue,
} from './model/variable.ts';
