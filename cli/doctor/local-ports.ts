import { configReport } from '../../model/report.ts';
import { defaultBackend } from '../../contract/default-stack.ts';
import { status } from '../../contract/http.ts';
import { backendValues, type Env } from '../../contract/backend-env.ts';
import type { backendPorts } from '../../contract/services/backend-ports.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import { identify } from '../../dial/identify.ts';
import { aProduct } from '../../dial/products.ts';
import type { Check } from './check.ts';

const answerMs = 1_500;
const loopback = '127.0.0.1';

/** The variable that tells the backend where to listen, and what this environment says there. */
interface OwnPort {
  readonly variable: string;
  readonly number: number;
}

/** Whether the backend's ports are free; when a backend listens there already, whether it runs with this environment. */
export async function ownPortChecks(env: Env): Promise<Check[]> {
  const checks = await Promise.all([
    publicPort(ownPort(env, 'http')),
    operationsPort(ownPort(env, 'metrics'), env),
  ]);
  return checks.flat();
}

function ownPort(env: Env, port: keyof typeof backendPorts): OwnPort {
  const variable = defaultBackend.ownPorts?.[port];
  if (variable === undefined) throw new RangeError(`No variable tells the backend its port "${port}".`);
  return { variable, number: Number(env[variable as keyof Env]) };
}

async function publicPort({ variable, number }: OwnPort): Promise<Check[]> {
  const running = status.safeParse(await answerOf(number, httpPaths.status)).data;
  if (!running) return [await freePort({ variable, number })];
  const { ready, message } = running;
  const says = `A chat backend runs on port ${number}: ${ready ? 'ready' : 'not ready'}. ${message}`;
  return [{ id: `port/${variable}`, verdict: ready ? 'ok' : 'wrong', says }];
}

async function operationsPort({ variable, number }: OwnPort, env: Env): Promise<Check[]> {
  const running = configReport.safeParse(await answerOf(number, httpPaths.config)).data;
  if (!running) return [await freePort({ variable, number })];
  const here = backendValues(env);
  const differing = Object.keys({ ...here, ...running.values }).filter(
    (name) => here[name] !== running.values[name],
  );
  const where = `the backend on port ${number}, ${httpPaths.config}`;
  return differing.map((name) => ({
    id: `env/${name}`,
    verdict: 'wrong',
    says: `${name} is ${here[name] ?? 'unset'} here, but the backend that runs was started with ${running.values[name] ?? 'none'}.`,
    places: [{ layer: 'running', value: running.values[name] ?? null, where }],
    fix: 'restart the backend, or start it from where this is set.',
  }));
}

async function freePort({ variable, number }: OwnPort): Promise<Check> {
  const id = `port/${variable}`;
  const finding = await identify(loopback, number, { timeoutMs: answerMs });
  if (finding.what !== 'product' && finding.what !== 'silent' && finding.what !== 'unknown')
    return { id, verdict: 'ok', says: `Port ${number} (${variable}) is free for the backend.` };
  const who = finding.what === 'product' ? aProduct(finding.product) : 'something that says nothing known';
  return {
    id,
    verdict: 'wrong',
    says: `Port ${number} (${variable}) is taken: ${who} answers there.`,
    fix: `end what listens there, or set ${variable} to a free port.`,
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
