import { config, status } from '../../contract/http.ts';
import { publicValues, type Env } from '../../contract/env.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import { aProduct } from '../../dial/finding.ts';
import { identify } from '../../dial/identify.ts';
import type { Check } from './check.ts';

const answerMs = 1_500;
const loopback = '127.0.0.1';

/** Whether the backend's own ports are free, and, where one of ours listens already, whether it runs with this. */
export async function ownPortChecks(env: Env): Promise<Check[]> {
  const checks = await Promise.all([publicPort(env), operationsPort(env)]);
  return checks.flat();
}

async function publicPort({ HTTP_PORT }: Env): Promise<Check[]> {
  const running = status.safeParse(await answerOf(HTTP_PORT, httpPaths.status)).data;
  if (!running) return [await freePort('HTTP_PORT', HTTP_PORT)];
  const { ready, message } = running;
  const says = `A chat backend runs on port ${HTTP_PORT}: ${ready ? 'ready' : 'not ready'}. ${message}`;
  return [{ id: 'port/HTTP_PORT', verdict: ready ? 'ok' : 'wrong', says }];
}

async function operationsPort(env: Env): Promise<Check[]> {
  const { METRICS_PORT } = env;
  const running = config.safeParse(await answerOf(METRICS_PORT, httpPaths.config)).data;
  if (!running) return [await freePort('METRICS_PORT', METRICS_PORT)];
  const here = publicValues(env);
  const differing = Object.keys({ ...here, ...running.values }).filter(
    (name) => here[name] !== running.values[name],
  );
  const where = `the backend on port ${METRICS_PORT}, ${httpPaths.config}`;
  return differing.map((name) => ({
    id: `env/${name}`,
    verdict: 'wrong',
    says: `${name} is ${here[name] ?? 'unset'} here, but the backend that runs was started with ${running.values[name] ?? 'none'}.`,
    places: [{ layer: 'running', value: running.values[name] ?? null, where }],
    fix: 'restart the backend, or start it from where this is set.',
  }));
}

async function freePort(variable: string, port: number): Promise<Check> {
  const id = `port/${variable}`;
  const finding = await identify(loopback, port, { timeoutMs: answerMs });
  if (finding.what !== 'product' && finding.what !== 'silent' && finding.what !== 'unknown')
    return { id, verdict: 'ok', says: `Port ${port} (${variable}) is free for the backend.` };
  const who = finding.what === 'product' ? aProduct(finding.product) : 'something that says nothing known';
  return {
    id,
    verdict: 'wrong',
    says: `Port ${port} (${variable}) is taken: ${who} answers there.`,
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
