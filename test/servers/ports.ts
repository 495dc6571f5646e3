import { createServer, connect } from 'node:net';
import { poll } from './poll.ts';

export const LOOPBACK = '127.0.0.1';

/** A TCP port on loopback that was free a moment ago; the kernel does not hand it out again soon. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error(`No port was given on ${LOOPBACK}, although listening there succeeded.`));
      });
    });
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
