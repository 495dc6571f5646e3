import type { Service } from '../../model/stack.ts';
import { generatedBy, type Part } from './part.ts';

/** A module of the service's variables and how they are parsed, on `mooring/env`. */
export function typescript({ name, variables = {}, report }: Service): Part[] {
  return [
    { text: head(name, report !== undefined) },
    ...Object.entries(variables).map(([variable, data]) => ({
      variable,
      text: `  ${variable}: ${indented(literal(data))},`,
    })),
    { text: tail(name, report !== undefined) },
  ];
}

const head = (service: string, reports: boolean): string =>
  `// ${generatedBy('typescript', service)}; do not edit.
import { envDigest, parseEnv, type EnvOf, type EnvText, type Variables } from 'mooring/env';
${reports ? `import { publicValues, reportVersion, secretsSet } from 'mooring/env';\n` : ''}
/** Every variable of ${service}. */
export const variables = {`;

const tail = (service: string, reports: boolean): string =>
  `} as const satisfies Variables;

/** The parsed environment of ${service}. */
export type Env = EnvOf<typeof variables>;

/**
 * Parses an environment, such as \`process.env\`. An empty variable is unset.
 * @throws Error that names every bad variable; a refused secret is not in it.
 */
export function readEnv(source: EnvText): Env {
  const result = parseEnv(variables, source);
  if (result.ok) return result.env;
  throw new Error(result.problems.map(({ message }) => message).join('\\n'));
}

/** What the manifests' digest is compared with. */
export const digestOf = (env: Env): string => envDigest(variables, env);
${reports ? configReport : ''}`.trimEnd();

const configReport = `
/** The body of the report of the environment. */
export const configReport = (env: Env) => ({
  version: reportVersion,
  digest: digestOf(env),
  values: publicValues(variables, env),
  secretsSet: secretsSet(variables, env),
});
`;

/** Data as a literal; keys need no quotes. */
const literal = (data: object): string =>
  JSON.stringify(data, null, 2).replaceAll(/^( +)"(\w+)":/gm, '$1$2:');

const indented = (text: string): string => text.replaceAll('\n', '\n  ');
