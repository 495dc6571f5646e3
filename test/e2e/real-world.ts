import { WebSocket } from 'ws';
import type { Position, World } from '../../client/connection.ts';
import { readStatus, resumeQuery } from '../../client/frames.generated.ts';

/** Where a client's requests go, and what is told of them. */
export interface Route {
  /** The app's URL now, without a trailing slash. */
  readonly where: () => string;
  readonly path: string;
  /** By how much its own times are divided: a heartbeat takes half a minute. */
  readonly hurry?: number;
  readonly closed?: (code: number) => void;
  readonly statusAsked?: () => void;
}

/** The world of a client's connection: real sockets and HTTP. */
export function realWorld({ where, path, hurry = 1, closed, statusAsked }: Route): World {
  return {
    now: () => performance.now(),
    random: () => Math.random(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms / hurry);
      return () => clearTimeout(timer);
    },
    open: (events, position) => {
      const socket = new WebSocket(`${where().replace(/^http/, 'ws')}${path}${queryOf(position)}`);
      socket.on('message', (text: Buffer) => events.text(text.toString()));
      socket.on('close', (code) => {
        closed?.(code);
        events.closed(code);
      });
      socket.on('error', () => undefined);
      return { send: (text) => socket.send(text), close: () => socket.terminate() };
    },
    status: async (withinMs) => {
      statusAsked?.();
      const answer = await fetch(`${where()}/api/status`, { signal: AbortSignal.timeout(withinMs) });
      return readStatus(await answer.json(), 'status');
    },
    refusal: () => Promise.resolve(undefined),
  };
}

const queryOf = (position: Position | undefined): string =>
  position === undefined
    ? ''
    : `?${resumeQuery.epoch}=${position.epoch}&${resumeQuery.offset}=${position.offset}`;
