import { storeNames } from '../../../contract/services/backend-variables.ts';
import { launchApp } from '../../faults/app-process.ts';
import { until } from '../../servers/poll.ts';
import { LOOPBACK } from '../../servers/ports.ts';

export interface BenchedApp {
  /** HTTP and WebSockets, without a trailing slash. */
  readonly url: string;
  /** As Node measures it, since this was asked for last: between two turns of a timer of 10 ms. */
  loopDelayP99Ms(): Promise<number>;
  rssBytes(): Promise<number>;
  /** Tells it to end (SIGTERM). Resolves when it is gone. */
  leave(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** What is measured is how fast it is, not how fast it lets anybody be. */
const most = '1000000';
const unlimited = {
  ...{ CHAT_CONNECTION_RATE: most, CHAT_CONNECTION_BURST: most },
  ...{ CHAT_PATIENT_RATE: most, CHAT_PATIENT_BURST: most },
  ...{ CHAT_CONNECTIONS: most, CHAT_CONNECTIONS_PER_PATIENT: most },
};

/** The app of the folder `root` in a process of its own, ready; on embedded stores unless `env` says otherwise. */
export async function startBenchedApp(
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<BenchedApp> {
  const app = await launchApp(
    {
      EMBEDDED_STORES: storeNames.join(','),
      // As the image runs it; the heap's limit is the image's default for its memory.
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      ...unlimited,
      ...env,
    },
    root,
  );
  const operations = `http://${LOOPBACK}:${app.metricsPort}`;
  await until('the app to be ready', async () => (await fetch(`${operations}/readyz`)).ok, 60_000);
  const metric = async (name: string): Promise<number> => {
    const metrics = await (await fetch(`${operations}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1] ?? 'NaN');
  };
  return {
    url: `http://${LOOPBACK}:${app.port}`,
    loopDelayP99Ms: async () => 1_000 * (await metric('nodejs_eventloop_lag_p99_seconds')),
    rssBytes: () => metric('process_resident_memory_bytes'),
    leave: app.leave,
    kill: app.kill,
    stop: app.stop,
  };
}
