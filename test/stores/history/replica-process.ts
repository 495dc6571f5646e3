import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lastLines } from '../../servers/last-lines.ts';
import { until } from '../../servers/poll.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import type { Failpoint } from './failpoints.ts';

export interface ReplicaSpec {
  /** For its log. */
  readonly folder: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Told when it ended, and is about to be started again: how, and, where nobody ended it, the end of its log. */
  readonly ended: (how: string, crash?: string) => void;
}

/** How long it takes until a process that ended is started again. */
const restartMs = 100;

/** One replica of the app: a process that is started again whenever it ends, until it is stopped. */
export class ReplicaProcess {
  readonly url: string;
  readonly #spec: ReplicaSpec;
  #child: ChildProcess;
  #isStopped = false;

  constructor(spec: ReplicaSpec) {
    this.#spec = spec;
    this.url = `http://${LOOPBACK}:${spec.port}`;
    this.#child = this.#start();
  }

  /** Waits until it is ready. */
  async ready(): Promise<void> {
    const isReady = async (): Promise<boolean> =>
      (
        await fetch(`http://${LOOPBACK}:${this.#spec.metricsPort}/readyz`, {
          signal: AbortSignal.timeout(2_000),
        })
      ).ok;
    await until('a replica to be ready', isReady, 60_000);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** As Kubernetes ends a pod. */
  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  /** Lets it end itself at a call of its stores; none: at no call. */
  arm(failpoint: Failpoint | { readonly method: undefined }): void {
    if (this.#child.connected) this.#child.send(failpoint, () => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #start(): ChildProcess {
    const { folder, port, metricsPort, env, args, ended } = this.#spec;
    const logFile = join(folder, `${port}.log`);
    const log = openSync(logFile, 'w');
    const child = fork(resolve(import.meta.dirname, 'replica.ts'), args, {
      env: { ...process.env, ...env, HTTP_PORT: String(port), METRICS_PORT: String(metricsPort) },
      execArgv: [],
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    child.once('exit', (code, signal) => {
      if (this.#isStopped) return;
      if (code === 0 || signal !== null) ended(signal ?? 'SIGTERM');
      else ended(`exit code ${code}`, lastLines(readFileSync(logFile, 'utf8')));
      void pause(restartMs).then(() => {
        if (!this.#isStopped) this.#child = this.#start();
      });
    });
    return child;
  }
}
