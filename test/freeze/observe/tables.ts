import { z } from 'zod';
import type { Files } from '../frozen.ts';
import { plainJson } from '../plain.ts';
import * as subject from '../subject.ts';
import { presets } from './manifests.ts';

/** The tables that other programs rely on, without a process or a server. */
export function observeTables(): Files {
  const tables = {
    errors: errors(),
    protocol: protocol(),
    bodies: Object.fromEntries(Object.entries(subject.bodies).map(([name, body]) => [name, schemaOf(body)])),
    names: names(),
    environment: environment(),
    metrics: metrics(),
    digests: digests(),
    'command-line': commandLine(subject.commandLine()),
  };
  return Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [`${name}.json`, plainJson(table)]),
  );
}

const schemaOf = (schema: z.ZodType): unknown => z.toJSONSchema(schema, { io: 'input' });

function errors(): unknown {
  const codes = { ...subject.errorCodes, ...subject.terminalCodes };
  return {
    answers: Object.fromEntries(
      Object.entries(subject.errorCodes).map(([code, { http, exit }]) => [code, { http, exit }]),
    ),
    terminal: Object.fromEntries(
      Object.entries(subject.terminalCodes).map(([code, { exit }]) => [code, { exit }]),
    ),
    exits: Object.fromEntries(
      (Object.keys(codes) as (keyof typeof codes)[]).map((code) => [code, subject.exitCodeOf(code)]),
    ),
  };
}

function protocol(): unknown {
  const closes = Object.entries(subject.closeCodes).map(([name, { code, then }]) => [name, { code, then }]);
  return {
    limits: subject.limits,
    subprotocols: subject.subprotocols,
    closeCodes: Object.fromEntries(closes) as unknown,
    otherCloseCodes: [1000, 1006, 3000, 4499, 4500, 4999, 5000].map((code) => [
      code,
      subject.afterClose(code),
    ]),
    client: schemaOf(subject.clientFrame),
    server: schemaOf(subject.serverFrame),
    paths: subject.httpPaths,
    retryAfterSeconds: subject.retryAfterSeconds,
  };
}

function names(): unknown {
  const stack = subject.stackOf({});
  return {
    ...subject.names,
    fieldManager: subject.fieldManager,
    revisionsKept: subject.revisionsKept,
    historyAndLease: subject.stackHistoryName(stack),
    secret: subject.stackSecretName(stack),
    secretKeys: Object.fromEntries(
      Object.entries(presets).map(([preset, spec]) => [preset, subject.secretKeysOf(subject.stackOf(spec))]),
    ),
    managedBy: subject.managedBy,
    stackSelector: subject.stackSelector(stack),
    stackLabels: subject.stackLabels(stack),
    services: Object.fromEntries(
      stack.services.map((service) => [
        service.name,
        { selector: subject.selectorOf(stack, service), labels: subject.labelsOf(stack, service) },
      ]),
    ),
  };
}

const environment = (): unknown =>
  Object.fromEntries(
    Object.entries(subject.variables).map(([name, variable]) => [
      name,
      {
        default: subject.defaultOf(variable),
        secret: variable.secret === true,
        local: variable.local === true,
        unit: variable.unit ?? null,
      },
    ]),
  );

/** What prom-client keeps of a metric but does not declare. */
const metricShape = z.looseObject({ name: z.string(), type: z.string(), labelNames: z.array(z.string()) });

const metrics = (): unknown =>
  subject
    .metricsRegistry()
    .getMetricsAsArray()
    .map((metric) => metricShape.parse(metric))
    .filter(({ name }) => name.startsWith('mooring_'))
    .map(({ name, type, labelNames }) => ({ name, type, labels: labelNames }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** Both digests of fixed values: a stack that is applied keeps the ones it has. */
function digests(): unknown {
  const env = { AUTH_MODE: 'none', HTTP_PORT: '8000', REDIS_HOST: 'demo-redis', REDIS_PASSWORD: 'secret' };
  return {
    configuration: subject.configDigest({ B: 'two', A: 'one', empty: '', absent: undefined }),
    environment: subject.envDigest(subject.envOf(env)),
    defaultEnvironment: subject.envDigest(subject.envOf({})),
    documents: Object.fromEntries(
      Object.entries(presets).map(([preset, spec]) => [
        preset,
        subject.documentDigest(subject.documentOf(spec)),
      ]),
    ),
  };
}

type Command = ReturnType<typeof subject.commandLine>;

/** Every command with its arguments and options, without what is said of them. */
function commandLine(command: Command): unknown {
  return {
    name: command.name(),
    arguments: command.registeredArguments.map((one) => ({
      name: one.name(),
      required: one.required,
      variadic: one.variadic,
      choices: one.argChoices ?? null,
      default: (one.defaultValue as unknown) ?? null,
    })),
    // By name: some are described when the command is called, and their order decides nothing.
    options: command.options
      .map((one) => ({
        flags: one.flags,
        choices: one.argChoices ?? null,
        default: (one.defaultValue as unknown) ?? null,
      }))
      .toSorted((a, b) => (a.flags < b.flags ? -1 : 1)),
    commands: command.commands.map(commandLine),
  };
}
