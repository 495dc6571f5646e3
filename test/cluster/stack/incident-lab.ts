import { WebSocket } from 'ws';
import { startChromium, type Tab } from '../../e2e/page-app.ts';
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
  const { stack, stop } = await startChatStack({ name: 'demo', namespace: 'chat' });
  const browser = await startChromium().catch((error: unknown) => {
    if (error instanceof Unavailable) return error;
    throw error;
  });
  const absent = browser instanceof Unavailable;
  const url = chatUrlOf(stack.wsUrl, { patient: 'patient:kept', session: 'session:kept' });
  return {
    stack,
    socket: new WebSocket(url),
    tab: absent ? browser : await browser.open(),
    async stop() {
      if (!absent) await browser.stop();
      await stop();
    },
  };
}
