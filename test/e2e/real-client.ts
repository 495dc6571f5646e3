import { onTestFinished } from 'vitest';
import { closeCodes } from '../../contract/protocol.ts';
import { Connection, type ConnectionState } from '../../client/connection.ts';
import type { MessageFrame, ServerFrame } from '../../client/frames.generated.ts';
import { poll } from '../servers/poll.ts';
import { realWorld } from './real-world.ts';

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

  /** @param hurry by how much its own times are divided. */
  constructor(where: Where, path: string, hurry = 1) {
    const world = realWorld({
      ...{ where: () => where(this), path, hurry },
      closed: (code) => (this.wasSentAway ||= code === closeCodes.restart.code),
      statusAsked: () => (this.statusAsked += 1),
    });
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
