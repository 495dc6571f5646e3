import { WebSocket } from 'ws';
import { startChromium, type Tab } from '../../e2e/page-app.ts';
import { orStop } from '../../servers/or-stop.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { chatUrlOf } from './ask.ts';
import type { DeployedStack } from './stack.ts';

/** A stack, one connection to it, and a browser's tab; all are kept for the whole suite. */
export interface Visit {
  readonly stack: DeployedStack;
  /** Opened at the start. */
  readonly socket: WebSocket;
  /** With nothing loaded; or why there is none. */
  readonly tab: Tab | Unavailable;
  /** Ends the connection and the browser. */
  stop(): Promise<void>;
}

export async function visit(stack: DeployedStack): Promise<Visit> {
  const socket = new WebSocket(chatUrlOf(stack.wsUrl, { patient: 'patient:kept', session: 'session:kept' }));
  const disconnect = async () => socket.terminate();
  return orStop(disconnect, async () => {
    const browser = await startChromium().catch(unlessAvailable);
    if (browser instanceof Unavailable) return { stack, socket, tab: browser, stop: disconnect };
    const stop = async () => {
      socket.terminate();
      await browser.stop();
    };
    return orStop(stop, async () => ({ stack, socket, tab: await browser.open(), stop }));
  });
}

function unlessAvailable(error: unknown): Unavailable {
  if (error instanceof Unavailable) return error;
  throw error;
}
