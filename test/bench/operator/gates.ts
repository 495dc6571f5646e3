import { setTimeout as pause } from 'node:timers/promises';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { backendName } from '../../../contract/services/backend-ports.ts';
import { readyCondition } from '../../../model/gates.ts';
import { managedBy } from '../../../model/labels.ts';
import { chatStackIn, startWithChatStacks, until, userOf } from '../../apiserver/operator/lab.ts';
import { podsAt, queueReady } from '../../apiserver/operator/pods.ts';
import { ReportingProcess } from '../../apiserver/operator/reporting-process.ts';
import { launchApp } from '../../faults/app-process.ts';
import { startProxy, type Proxy } from '../../faults/proxy.ts';
import { startNeo4j } from '../../servers/neo4j/neo4j.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { startRedis } from '../../servers/redis.ts';
import { percentile } from './figures.ts';
import { watchConditions, type PodConditions } from './pod-conditions.ts';
import { ownAccount, startReady } from './process.ts';
import { Stops } from './stops.ts';

export interface GatesMeasured {
  /** From the change until a watch shows the pod's condition. */
  readonly gateP99Ms: {
    /** The process says that a gate opened or closed. */
    readonly reported: number;
    /** A store's connections are closed, and new ones refused. */
    readonly closed: number;
    /** A store accepts, and never answers. */
    readonly silent: number;
    /** As `reported`, of 1,000 pods. */
    readonly reportedOfMany: number;
  };
  /** How long the app waits for a store that is silent. */
  readonly dialTimeoutMs: number;
}

/** The default of STORE_TIMEOUT, stated so that it can be printed. */
const dialTimeoutMs = 2_000;

/** The longest time between two dials of a store that answers: a fault may begin anywhere in it. */
const dialEveryMs = 1_000;

const namespace = 'gates';
const stack = 'gated';
/** Pods whose processes report, and the time within which each changes, in milliseconds. */
const few = { pods: 30, everyMs: 500 };
/** So that about a hundred change in a second. */
const many = { pods: 1_000, everyMs: 20_000, rounds: 1 };

/**
 * Measures readiness gates through an operator's process: of 30 and of 1,000 pods whose processes change what they report, and of the
 * real app, whose Redis and Neo4j are behind proxies that close and fall silent.
 */
export async function measureGates(rounds: number, say: (line: string) => void): Promise<GatesMeasured> {
  const stops = new Stops();
  try {
    const server = stops.keep(await startWithChatStacks());
    await server.createNamespace(namespace);
    const user = userOf(server);
    stops.add(() => Promise.resolve(user.cluster.api.close()));
    const operator = await startReady(await ownAccount(server), 'gates');
    stops.add(operator.kill);
    await user.apply(chatStackIn(namespace, {}, stack));
    await until('the stack', async () => (await user.resource(namespace, stack))?.status !== undefined);
    const { createPod } = podsAt(server, `/api/v1/namespaces/${namespace}/pods`, {
      labels: {
        ...managedBy,
        'app.kubernetes.io/instance': stack,
        'app.kubernetes.io/name': backendName,
      },
    });
    const conditions = stops.keep(await watchConditions(server, namespace));
    const lab: Lab = { createPod, conditions, stops };
    const reported = await reportedTimes(lab, { ...few, rounds });
    say(`${reported.length} changes reported.`);
    const reportedOfMany = await reportedTimes(lab, many);
    say(`${reportedOfMany.length} changes of ${many.pods} pods reported.`);
    const { closed, silent } = await storeTimes(lab, rounds);
    say(`${closed.length} times closed, ${silent.length} times silent.`);
    return {
      gateP99Ms: {
        reported: percentile(reported, 0.99),
        closed: percentile(closed, 0.99),
        silent: percentile(silent, 0.99),
        reportedOfMany: percentile(reportedOfMany, 0.99),
      },
      dialTimeoutMs,
    };
  } finally {
    await stops.run();
  }
}

interface Lab {
  readonly createPod: (name: string, port: number, gates: readonly string[]) => Promise<void>;
  readonly conditions: PodConditions;
  readonly stops: Stops;
}

/** Pods that are made side by side. */
const startedAtOnce = 30;

interface Reporting {
  readonly pods: number;
  readonly everyMs: number;
  /** How often each closes and opens. */
  readonly rounds: number;
}

/** From each change until it is shown. The pods are made first. */
async function reportedTimes(
  { createPod, conditions, stops }: Lab,
  { pods, everyMs, rounds }: Reporting,
): Promise<number[]> {
  const times: number[] = [];
  const started = async (name: string): Promise<ReportingProcess> => {
    const process = await ReportingProcess.start('sha-1');
    stops.add(() => process.down());
    await createPod(name, process.port, [queueReady]);
    await conditions.shown(name, queueReady, 'True');
    return process;
  };
  const change = async (name: string, process: ReportingProcess): Promise<void> => {
    for (let round = 0; round < rounds; round++)
      for (const state of ['closed', 'open'] as const) {
        await pause(Math.random() * everyMs);
        const changed = performance.now();
        process.become(state, state === 'open' ? null : 'the queue refuses');
        const shown = await conditions.shown(name, queueReady, state === 'open' ? 'True' : 'False');
        times.push(shown - changed);
      }
  };
  const names = Array.from({ length: pods }, (_, index) => `reports-${pods}-${index}`);
  const processes: (readonly [string, ReportingProcess])[] = [];
  const startRest = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop())
      processes.push([name, await started(name)]);
  };
  await Promise.all(Array.from({ length: startedAtOnce }, startRest));
  await Promise.all(processes.map(async ([name, process]) => change(name, process)));
  await Promise.all(processes.map(([, process]) => process.down()));
  return times;
}

interface StoreTimes {
  readonly closed: number[];
  readonly silent: number[];
}

/** Of the app with a real Redis and a real Neo4j, which fail independently of each other. */
async function storeTimes(lab: Lab, rounds: number): Promise<StoreTimes> {
  const { stops, createPod, conditions } = lab;
  const [redis, neo4j] = await Promise.all([startRedis(), startNeo4j()]);
  const proxies = {
    [redisName]: stops.keep(await startProxy(stops.keep(redis))),
    [neo4jName]: stops.keep(await startProxy(stops.keep(neo4j))),
  };
  const app = await launchApp({
    EMBEDDED_STORES: qdrantName,
    STORE_TIMEOUT: String(dialTimeoutMs),
    REDIS_HOST: LOOPBACK,
    REDIS_PORT: String(proxies[redisName].port),
    NEO4J_HOST: LOOPBACK,
    NEO4J_PORT: String(proxies[neo4jName].port),
    NEO4J_PASSWORD: neo4j.password,
  });
  stops.keep(app);
  const gates = Object.keys(proxies).map(readyCondition);
  await createPod('app', app.metricsPort, gates);
  const times: StoreTimes = { closed: [], silent: [] };
  await Promise.all(
    Object.entries(proxies).map(async ([name, proxy]) => {
      for (const fault of ['closed', 'silent'] as const)
        for (let round = 0; round < rounds; round++)
          times[fault].push(await faultTime(conditions, readyCondition(name), proxy, fault));
    }),
  );
  return times;
}

async function faultTime(
  { shown }: PodConditions,
  gate: string,
  proxy: Proxy,
  fault: keyof StoreTimes,
): Promise<number> {
  await shown('app', gate, 'True');
  await pause(Math.random() * dialEveryMs);
  const begun = performance.now();
  if (fault === 'closed') await proxy.down();
  else proxy.timeout();
  const seen = await shown('app', gate, 'False');
  await proxy.up();
  return seen - begun;
}
