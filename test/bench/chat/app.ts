import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeOptions } from '../../../contract/services/backend.ts';
import { storeNames } from '../../../contract/services/backend-variables.ts';
import { buildApp } from '../../../scripts/build-app.ts';
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

/** As the production preset's pod has it. */
const heapMebibytes = 716;

/** What is measured is how fast it is, not how fast it lets anybody be. */
const most = '1000000';
const unlimited = {
  ...{ CHAT_CONNECTION_RATE: most, CHAT_CONNECTION_BURST: most },
  ...{ CHAT_PATIENT_RATE: most, CHAT_PATIENT_BURST: most },
  ...{ CHAT_CONNECTIONS: most, CHAT_CONNECTIONS_PER_PATIENT: most },
};

const bundles = new Map<string, Promise<string>>();

/** The folder with the bundle of a checkout's app, which is removed when this process ends. */
function bundleOf(root: string): Promise<string> {
  const made = bundles.get(root) ?? bundle(root);
  bundles.set(root, made);
  return made;
}

async function bundle(root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-bench-app-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await buildApp(folder, root);
  return folder;
}

/**
 * The app of the checkout `root`, bundled as its image runs it, in a process of its own, ready; on embedded stores unless
 * `env` says otherwise.
 */
export async function startBenchedApp(
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<BenchedApp> {
  const app = await launchApp(
    {
      EMBEDDED_STORES: storeNames.join(','),
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      NODE_OPTIONS: nodeOptions(heapMebibytes),
      ...unlimited,
      ...env,
    },
    await bundleOf(root),
    'main.js',
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
