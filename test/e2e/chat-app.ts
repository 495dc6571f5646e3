import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startApp, type RunningApp } from '../../app/start.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { envOf } from '../app/env-of.ts';
import { freePort, LOOPBACK, retryIfPortTaken } from '../servers/ports.ts';

export interface TestedApp extends RunningApp {
  /** Where its WebSockets are, without a trailing slash. */
  readonly wsUrl: string;
  /** Messages logged so far. */
  readonly logged: string[];
}

/**
 * The real app in this process, on free ports and embedded stores in a folder of its own, stopped and removed when
 * the test is over. `values` are added to its environment.
 */
export async function startChat(values: Readonly<Record<string, string>> = {}): Promise<TestedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-chat-'));
  const logged: string[] = [];
  const app = await retryIfPortTaken(async () =>
    startApp(
      envOf({
        EMBEDDED_STORES: storeNames.join(','),
        DATA_DIR: folder,
        HTTP_PORT: String(await freePort()),
        METRICS_PORT: String(await freePort()),
        SHUTDOWN_CLOSE_SPREAD: '0',
        SHUTDOWN_ENDPOINT_WAIT: '0',
        ...values,
      }),
      { log: { write: (line) => logged.push((JSON.parse(line) as { msg: string }).msg) } },
    ),
  );
  onTestFinished(async () => {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const { port } = new URL(app.publicUrl);
  return { ...app, wsUrl: `ws://${LOOPBACK}:${port}`, logged };
}
