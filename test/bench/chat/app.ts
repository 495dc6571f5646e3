import { storeNames } from '../../../contract/services/backend-variables.ts';
import { launchApp } from '../../faults/app-process.ts';
import { poll } from '../../servers/poll.ts';
import { LOOPBACK } from '../../servers/ports.ts';

export interface BenchedApp {
  /** Where its WebSockets are, without a trailing slash. */
  readonly url: string;
  /** As Node measures it, since the start of the process. */
  loopDelayP99Ms(): Promise<number>;
  stop(): Promise<void>;
}

/** What is measured is how fast it is, not how fast it lets anybody be. */
const most = '1000000';
const unlimited = {
  ...{ CHAT_CONNECTION_RATE: most, CHAT_CONNECTION_BURST: most },
  ...{ CHAT_PATIENT_RATE: most, CHAT_PATIENT_BURST: most },
  CHAT_CONNECTIONS_PER_PATIENT: most,
};

/** The app of the folder `root` in a process of its own, ready; on embedded stores unless `env` says otherwise. */
export async function startBenchedApp(
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<BenchedApp> {
  const app = await launchApp(
    { EMBEDDED_STORES: storeNames.join(','), LOG_LEVEL: 'warn', ...unlimited, ...env },
    root,
  );
  const operations = `http://${LOOPBACK}:${app.metricsPort}`;
  const isReady = async (): Promise<boolean> => (await fetch(`${operations}/readyz`)).ok;
  if ((await poll(isReady, { timeoutMs: 60_000 })) !== 'met')
    throw new Error('The app did not become ready.');
  return {
    url: `ws://${LOOPBACK}:${app.port}`,
    stop: app.stop,
    loopDelayP99Ms: async () => {
      const metrics = await (await fetch(`${operations}/metrics`)).text();
      const [, lag = 'NaN'] = /^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(metrics) ?? [];
      return Math.round(Number(lag) * 10_000) / 10;
    },
  };
}
