import { WebSocket } from 'ws';
import { startChromium, type Chromium, type Tab } from '../../e2e/page-app.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { chatUrlOf } from './ask.ts';
import { startChatStack } from './chat-cluster.ts';
import type { DeployedStack } from './stack.ts';

/** The stack in a cluster, one connection to it, and a browser's tab; all are kept for the whole suite. */
export interface IncidentLab {
  readonly stack: DeployedStack;
  /** Opened at the start. */
  readonly socket: WebSocket;
  /** With nothing loaded; or why there is none. */
  readonly tab: Tab | Unavailable;
  stop(): Promise<void>;
}

export async function startIncidentLab(): Promise<IncidentLab> {
  const { stack, stop: stopCluster } = await startChatStack({ name: 'demo', namespace: 'chat' });
  const socket = new WebSocket(chatUrlOf(stack.wsUrl, { patient: 'patient:kept', session: 'session:kept' }));
  let browser: Chromium | undefined;
  const stop = async () => {
    socket.terminate();
    await browser?.stop();
    await stopCluster();
  };
  try {
    browser = await startChromium();
    return { stack, socket, tab: await browser.open(), stop };
  } catch (error) {
    if (error instanceof Unavailable) return { stack, socket, tab: error, stop };
    await stop();
    throw error;
  }
}
