import { randomInt } from 'node:crypto';
import { createServer, connect } from 'node:net';
import { poll } from './poll.ts';

export const LOOPBACK = '127.0.0.1';

/** Below the ports that systems give to outgoing connections, and to none of a product known here. */
const candidates = { first: 12_000, count: 14_000 };

/**
 * A TCP port on loopback that was free a moment ago. No outgoing connection of this machine takes it meanwhile, so it
 * may also be listened on later: a server that comes back, or is still to come.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = candidates.first + randomInt(candidates.count);
    if (await canListen(port)) return port;
  }
  throw new Error(`No port from ${candidates.first} on could be listened on, of a hundred that were tried.`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** Whether a TCP connection to host:port is accepted within a second. */
export function isPortOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

export interface PortWait {
  timeoutMs: number;
  /** The process expected to listen: if it exits, waiting ends at once. */
  process?: { exited: Promise<number | null> };
}

/** Waits until host:port accepts a TCP connection; rejects if the process exits or `timeoutMs` passes first. */
export async function waitForPort(host: string, port: number, wait: PortWait): Promise<void> {
  const outcome = await poll(() => isPortOpen(host, port), {
    timeoutMs: wait.timeoutMs,
    exited: wait.process?.exited,
  });
  if (outcome === 'met') return;
  const why =
    outcome === 'exited' ? 'the process expected to listen there has exited' : `waited ${wait.timeoutMs} ms`;
  throw new Error(`Nothing accepts connections on ${host}:${port}: ${why}.`);
}

/**
 * Runs `start`, which takes free ports, again (twice at most) when somebody else took one of them in between.
 * `start` must leave nothing behind when it rejects.
 */
export async function retryIfPortTaken<T>(start: () => Promise<T>): Promise<T> {
  for (let retries = 2; ; retries--) {
    try {
      return await start();
    } catch (error) {
      const taken = error instanceof Error && /address already in use|EADDRINUSE/i.test(error.message);
      if (!taken || retries === 0) throw error;
    }
  }
}
