import { randomBytes } from 'node:crypto';
import { pino, type Logger } from 'pino';
import { managedBy } from '../model/labels.ts';
import type { StackKind } from '../model/stack-kind.ts';
import { unstatedText } from '../model/unstated-rules.ts';
import { isClusterError } from '../kube/cluster-error.ts';
import { openCluster } from '../kube/cluster.ts';
import type { Choice } from '../kube/kubeconfig.ts';
import type { OperatorEnv } from './env.ts';
import { serveHealth } from './health.ts';
import { crdName, operatorPodLabels } from './manifests/names.ts';
import { servesAnnotation, servesText } from './manifests/serves.ts';
import { OperatorMetrics } from './metrics.ts';
import { Operator, operatorName } from './operator.ts';
import { backoffMs } from './runtime/backoff.ts';
import { Denials } from './runtime/denials.ts';
import { LeaderElection } from './runtime/leader-election.ts';
import { pause } from './runtime/pause.ts';
import { reconcileNow } from './runtime/reconcile-id.ts';
import type { ReconcileEnd } from './runtime/workers.ts';

export interface RunOptions {
  readonly kinds: readonly StackKind[];
  readonly env: OperatorEnv;
  /** Default: as kubectl's, or the pod's own account. */
  readonly cluster?: Choice;
  readonly log?: Logger;
}

/** A watch asks for bookmarks, which come each minute; after twice that long it is dead. */
const deadAfterMs = 120_000;

/** What the process says of itself at /readyz. */
interface State {
  problem: string | undefined;
  /** The permissions that are missing, a line each. */
  denied: () => readonly string[];
  /** The kinds that are not served. */
  unserved: () => readonly StackKind[];
  silentForMs: () => number;
}

/**
 * Runs an operator: its caches are kept at once, stacks are reconciled while this replica leads. Resolves when the
 * signal is aborted and the last reconcile has ended. What keeps it from beginning (a missing permission, no API
 * server) is said at /readyz, and tried again.
 */
export async function runOperator(options: RunOptions, signal: AbortSignal): Promise<void> {
  const { env, log = pino({ level: env.LOG_LEVEL, base: null }) } = options;
  for (const line of unstatedText(options.kinds)) log.warn(line);
  const state: State = {
    problem: 'The caches are being filled.',
    denied: () => [],
    unserved: () => [],
    silentForMs: () => 0,
  };
  const measured: { operator?: Operator } = {};
  const metrics = new OperatorMetrics({
    depth: () => measured.operator?.depth ?? 0,
    conditions: () => measured.operator?.conditions() ?? [],
  });
  await serveHealth(
    {
      dead: () =>
        state.silentForMs() > deadAfterMs
          ? 'A watch of the API server has been silent for 2 minutes.'
          : undefined,
      unready: () => {
        const lacks = [...state.denied(), ...state.unserved().map(unservedText)];
        return lacks.length > 0 ? lacks.join('\n') : state.problem;
      },
      registry: metrics.registry,
    },
    env.OPERATOR_PORT,
    signal,
  );
  const run = async (): Promise<void> => {
    const term = new AbortController();
    const ends = AbortSignal.any([signal, term.signal]);
    const { operator, election, denials, close } = created(options, { log, metrics });
    measured.operator = operator;
    state.denied = () => denials.problems;
    state.unserved = () => operator.unserved;
    void denials.run(ends);
    try {
      await operator.watch(ends);
      state.problem = undefined;
      state.silentForMs = () => operator.silentForMs;
      log.info('The caches are filled');
      while (!signal.aborted) await lead(operator, election, { metrics, log, signal });
    } finally {
      term.abort();
      close();
    }
  };
  for (let failures = 1; !signal.aborted; failures++)
    await run().catch(async (error: unknown) => {
      if (signal.aborted) return;
      state.problem = error instanceof Error ? error.message : String(error);
      metrics.failed(error);
      log.error({ err: error }, 'The operator could not begin; it tries again');
      await pause(backoffMs(failures), signal);
    });
}

async function lead(
  operator: Operator,
  election: LeaderElection,
  { metrics, log, signal }: { metrics: OperatorMetrics; log: Logger; signal: AbortSignal },
): Promise<void> {
  await election.lead(async (term) => {
    metrics.leads.set(1);
    log.info('This replica leads');
    try {
      await operator.reconcile(term);
    } finally {
      metrics.leads.set(0);
      log.info('This replica no longer leads');
    }
  }, signal);
}

function created(
  { kinds, env, cluster: choice = {} }: RunOptions,
  { log, metrics }: { log: Logger; metrics: OperatorMetrics },
): { operator: Operator; election: LeaderElection; denials: Denials; close: () => void } {
  const opened = openCluster(choice, operatorName);
  const denials = new Denials(opened);
  const { cluster } = denials;
  const identity = `${env.POD_NAME}_${randomBytes(4).toString('hex')}`;
  const election = new LeaderElection({
    cluster,
    place: {
      ...{ name: operatorName, namespace: env.POD_NAMESPACE, labels: managedBy },
      annotations: { [servesAnnotation]: servesText(identity, kinds) },
    },
    identity,
    onError: (error) => {
      metrics.failed(error);
      log.warn({ err: error }, 'The Lease could not be read or written');
    },
  });
  const operator = new Operator({
    cluster,
    kinds,
    ...(env.WATCH_NAMESPACE === undefined ? {} : { namespace: env.WATCH_NAMESPACE }),
    ...(env.WATCH_NAMESPACE === env.POD_NAMESPACE ? { operatorPods: operatorPodLabels } : {}),
    assertLeader: () => election.assertLeader(),
    onReconciled: (kind, end, conditions) => {
      metrics.reconciled(kind, end, conditions);
      logReconcile(end, log);
    },
    onLatency: (seconds) => metrics.gateSeconds.observe(seconds),
    onDrift: ({ object, field, manager }) => {
      metrics.drift.inc({ kind: object.split(' ')[0] ?? '' });
      log.warn({ ...reconcileNow(), object, field, manager }, 'Changed by another manager');
    },
    onDefinition: (kind, isThere) => {
      metrics.definitionMissing.set({ kind: kind.kind }, isThere ? 0 : 1);
      if (isThere) log.info({ kind: kind.kind }, 'Its definition is there; it is served');
      else log.error({ kind: kind.kind }, unservedText(kind));
    },
    onRestart: (error) => {
      metrics.watchRestarts.inc();
      log.warn({ err: error }, 'A watch was begun anew');
    },
    onError: (error) => {
      const of = reconcileNow();
      metrics.failed(error, of.kind);
      log.warn({ ...of, err: error }, 'An Event or a readiness gate could not be written');
    },
  });
  return { operator, election, denials, close: () => opened.api.close() };
}

const unservedText = (kind: StackKind): string =>
  `CustomResourceDefinition ${crdName(kind)} is not there: no ${kind.kind} is looked at until it is.`;

function logReconcile({ seconds, error }: ReconcileEnd, log: Logger): void {
  const of = reconcileNow();
  if (error === undefined) log.debug({ ...of, seconds }, 'Reconciled');
  // Another writer was faster; the next try sees what it wrote.
  else if (isClusterError(error, 'CLUSTER_CONFLICT')) log.debug(of, 'Reconciled again: a conflict');
  else log.error({ ...of, err: error }, 'The reconcile failed; it is tried again');
}
