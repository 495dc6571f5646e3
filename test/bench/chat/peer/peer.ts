import { join } from 'node:path';
import { serverFolder } from '../../../servers/folder.ts';
import { freePort, LOOPBACK } from '../../../servers/ports.ts';
import { startProcess } from '../../../servers/process.ts';
import { pythonWith } from '../../../servers/python.ts';

export interface Peer {
  /** Where its WebSockets are, without a trailing slash. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the FastAPI backend that the app is compared with. `env` names the stores as the app's does; without them it
 * only echoes. Rejects with `Unavailable` where its packages cannot be had.
 */
export async function startPeer(env: Readonly<Record<string, string>>): Promise<Peer> {
  const command = await pythonWith({
    ...{ what: 'the peer of the chat’s benchmark', name: 'chat-peer', version: '0.165' },
    requirementsFile: join(import.meta.dirname, 'requirements.txt'),
  });
  const port = await freePort();
  const folder = await serverFolder('chat-peer');
  const running = await startProcess({
    command,
    // -B: no compiled files beside the sources.
    args: ['-B', join(import.meta.dirname, 'server.py')],
    env: { ...env, HTTP_PORT: String(port) },
    logFile: join(folder.path, 'peer.log'),
    readyWhen: { check: async () => (await fetch(`http://${LOOPBACK}:${port}/readyz`)).ok },
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await folder.dispose();
  };
  return { url: `ws://${LOOPBACK}:${port}`, stop };
}
