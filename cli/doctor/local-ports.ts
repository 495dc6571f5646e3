import { publicValues, type EnvValues } from '../../model/env.ts';
import { configReport, type ConfigReport } from '../../model/report.ts';
import { recognitionsOf, type Recognition } from '../../model/program.ts';
import type { LocalStatus, ServiceEnvironment, StackKind } from '../../model/stack-kind.ts';
import type { Workload } from '../../model/stack.ts';
import { identify } from '../../dial/identify.ts';
import { aProduct } from '../../dial/products.ts';
import type { Check } from './check.ts';

const answerMs = 1_500;
const loopback = '127.0.0.1';

/** A port of a service, the variable that tells the service its number, and the number itself. */
interface OwnPort {
  readonly port: string;
  readonly variable: string | undefined;
  readonly number: number;
}

/** Whether a service's ports are free; when it listens there already, whether it runs with this environment. */
export async function ownPortChecks(
  service: Workload,
  env: EnvValues,
  { status = {}, programs }: Pick<ServiceEnvironment, 'status'> & Pick<StackKind, 'programs'>,
): Promise<Check[]> {
  const running = await runningOf(service, env);
  const products = recognitionsOf(programs);
  const checks = Object.keys(service.ports).map(async (port) => {
    const own = ownPort(service, env, port);
    const says = status[port];
    if (says) return [(await statusCheck(own, says)) ?? (await freePort(service, own, products))];
    if (!running) return [await freePort(service, own, products)];
    // Of a service that runs here, a port it does not report on says nothing.
    return port === service.report?.port ? differences(service, env, { own, running }) : [];
  });
  return (await Promise.all(checks)).flat();
}

function ownPort(service: Workload, env: EnvValues, port: string): OwnPort {
  const variable = service.ownPorts?.[port];
  const told = variable === undefined ? undefined : env[variable];
  return { port, variable, number: Number(told ?? service.ports[port]?.containerPort) };
}

/** What a process of the service that runs here says it was started with. */
async function runningOf(service: Workload, env: EnvValues): Promise<ConfigReport | undefined> {
  const { report } = service;
  if (!report) return undefined;
  const { number } = ownPort(service, env, report.port);
  return configReport.safeParse(await answerOf(number, report.config)).data;
}

async function statusCheck(own: OwnPort, { path, what, read }: LocalStatus): Promise<Check | undefined> {
  const running = read(await answerOf(own.number, path));
  if (!running) return undefined;
  const { ready, message } = running;
  const says = `${what} runs on port ${own.number}: ${ready ? 'ready' : 'not ready'}. ${message}`;
  return { id: idOf(own), verdict: ready ? 'ok' : 'wrong', says };
}

function differences(
  { name: service, variables = {}, report }: Workload,
  env: EnvValues,
  { own, running }: { readonly own: OwnPort; readonly running: ConfigReport },
): Check[] {
  const here = publicValues(variables, env);
  const differing = Object.keys({ ...here, ...running.values }).filter(
    (name) => here[name] !== running.values[name],
  );
  const where = `the ${service} on port ${own.number}, ${report?.config ?? ''}`;
  return differing.map((name) => ({
    id: `env/${name}`,
    verdict: 'wrong',
    says: `${name} is ${here[name] ?? 'unset'} here, but the ${service} that runs was started with ${running.values[name] ?? 'none'}.`,
    places: [{ layer: 'running', value: running.values[name] ?? null, where }],
    fix: `restart the ${service}, or start it from where this is set.`,
  }));
}

const idOf = ({ variable, port }: OwnPort): string => `port/${variable ?? port}`;

async function freePort({ name }: Workload, own: OwnPort, products: readonly Recognition[]): Promise<Check> {
  const { port, variable, number } = own;
  const id = idOf(own);
  const shown = `Port ${number} (${variable ?? port})`;
  const finding = await identify(loopback, number, { timeoutMs: answerMs, products });
  if (finding.what !== 'product' && finding.what !== 'silent' && finding.what !== 'unknown')
    return { id, verdict: 'ok', says: `${shown} is free for the ${name}.` };
  const who = finding.what === 'product' ? aProduct(finding.product) : 'something that says nothing known';
  const move = variable === undefined ? '' : `, or set ${variable} to a free port`;
  return {
    id,
    verdict: 'wrong',
    says: `${shown} is taken: ${who} answers there.`,
    fix: `end what listens there${move}.`,
  };
}

/** What a GET here answers as JSON, or undefined. */
async function answerOf(port: number, path: string): Promise<unknown> {
  try {
    const response = await fetch(`http://${loopback}:${port}${path}`, {
      signal: AbortSignal.timeout(answerMs),
    });
    return await response.json();
  } catch {
    return undefined;
  }
}
