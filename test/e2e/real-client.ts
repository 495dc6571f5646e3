import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { closeCodes } from '../../contract/protocol.ts';
import { Connection, type ConnectionState, type World } from '../../client/connection.ts';
import {
  readStatus,
  resumeQuery,
  type MessageFrame,
  type ServerFrame,
} from '../../client/frames.generated.ts';
import { poll } from '../servers/poll.ts';

/** Where a client's requests go now: the app's URL, without a trailing slash. */
export type Where = (client: RealClient) => string;

/** The client's half of the chat over real sockets and HTTP, as a page has it. */
export class RealClient {
  readonly frames: ServerFrame[] = [];
  readonly states: ConnectionState[] = [];
  /** The waits before a handshake, in milliseconds. */
  readonly waits: number[] = [];
  kept: readonly MessageFrame[] = [];
  statusAsked = 0;
  /** Whether a server announced that it ends. */
  wasSentAway = false;
  readonly connection: Connection;

  /** @param hurry by how much its own times are divided: a heartbeat takes half a minute. */
  constructor(where: Where, path: string, hurry = 1) {
    const world: World = {
      now: () => performance.now(),
      random: () => Math.random(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms / hurry);
        return () => clearTimeout(timer);
      },
      open: (events, position) => {
        const query =
          position === undefined
            ? ''
            : `?${resumeQuery.epoch}=${position.epoch}&${resumeQuery.offset}=${position.offset}`;
        const socket = new WebSocket(`${where(this).replace(/^http/, 'ws')}${path}${query}`);
        socket.on('message', (text: Buffer) => events.text(text.toString()));
        socket.on('close', (code) => {
          this.wasSentAway ||= code === closeCodes.restart.code;
          events.closed(code);
        });
        socket.on('error', () => undefined);
        return { send: (text) => socket.send(text), close: () => socket.terminate() };
      },
      status: async (withinMs) => {
        this.statusAsked += 1;
        const answer = await fetch(`${where(this)}/api/status`, { signal: AbortSignal.timeout(withinMs) });
        return readStatus(await answer.json(), 'status');
      },
      refusal: () => Promise.resolve(undefined),
    };
    this.connection = new Connection(world, {
      state: (state) => {
        this.states.push(state);
        if (state.name === 'waiting') this.waits.push(state.retryAt - performance.now());
      },
      frame: (frame) => this.frames.push(frame),
      kept: (frames) => (this.kept = frames),
    });
    onTestFinished(() => this.connection.stop('The test is over.'));
    this.connection.start();
  }

  say(id: string, text: string): void {
    this.connection.send({ type: 'message', id, text });
  }

  framesOf<T extends ServerFrame['type']>(type: T): Extract<ServerFrame, { type: T }>[] {
    return this.frames.filter((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type);
  }

  /** Waits until it says so. @throws Error with what came instead. */
  async until(what: string, met: () => boolean, timeoutMs = 20_000): Promise<void> {
    if ((await poll(async () => met(), { timeoutMs })) !== 'met')
      throw new Error(
        `Waited ${timeoutMs / 1_000} s for ${what}. States: ${this.states.map(({ name }) => name).join(', ')}`,
      );
  }
}
