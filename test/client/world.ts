import {
  Connection,
  type ConnectionState,
  type Position,
  type SocketEvents,
} from '../../client/connection.ts';
import type { FrameOf, MessageFrame, ServerFrame, Status, Turn } from '../../client/frames.generated.ts';

export const ready: Status = {
  ready: true,
  reason: 'Ready',
  message: 'All stores answer.',
  retryAfterSeconds: null,
  mode: 'extractive',
  dependencies: [],
};

export const notReady: Status = {
  ...ready,
  ready: false,
  reason: 'WaitingForDependencies',
  message: 'Waiting for redis: it refuses the connection.',
  retryAfterSeconds: 2,
};

/** The first frame of a connection that does not go on from a position. */
export const welcome = (history: readonly Turn[] = [], epoch = 'epoch-1'): FrameOf<'welcome'> => ({
  type: 'welcome',
  patientId: 'patient:demo',
  sessionId: 'session:1',
  epoch,
  offset: history.at(-1)?.offset ?? 0,
  recovered: false,
  mode: 'extractive',
  history,
});

/** The first frame of a connection that goes on from the position it asked for. */
export const recovered = (offset: number): FrameOf<'welcome'> => ({
  ...welcome(),
  history: undefined,
  offset,
  recovered: true,
});

export const message = (id: string, text = `text of ${id}`): MessageFrame => ({ type: 'message', id, text });

export const ack = (id: string, offset: number, duplicate = false): FrameOf<'ack'> => ({
  type: 'ack',
  id,
  offset,
  recordedAt: '2026-01-01T00:00:00.000Z',
  duplicate,
});

/** One handshake: what the page sent on it, and what the server does to it. */
export interface Handshake {
  readonly sent: unknown[];
  /** Where the page asked to go on from. */
  readonly position: Position | undefined;
  /** Whether heartbeats are left unanswered. */
  isMute: boolean;
  closedByPage: boolean;
  /** A text is sent as it is. */
  receive(frame: ServerFrame | string): void;
  close(code: number): void;
}

/** A page's connection in a world whose clock, chance, server status and sockets the test turns. */
export class FakeWorld {
  time = 0;
  chance = 0.5;
  /** What `/api/status` answers; an Error: it cannot be reached. */
  status: Status | Error = ready;
  statusAsked = 0;
  /** Why the server lets nobody in. */
  refusal: string | undefined;
  readonly handshakes: Handshake[] = [];
  readonly states: ConnectionState[] = [];
  readonly frames: ServerFrame[] = [];
  kept: readonly MessageFrame[] = [];
  readonly connection: Connection;
  #timers: { at: number; run: () => void }[] = [];

  constructor(unsent: readonly MessageFrame[] = []) {
    const world = {
      now: () => this.time,
      random: () => this.chance,
      after: (ms: number, run: () => void) => this.#after(ms, run),
      open: (events: SocketEvents, position?: Position) => this.#open(events, position),
      status: async () => {
        this.statusAsked++;
        if (this.status instanceof Error) throw this.status;
        return this.status;
      },
      refusal: async () => this.refusal,
    };
    const listener = {
      state: (state: ConnectionState) => this.states.push(state),
      frame: (frame: ServerFrame) => this.frames.push(frame),
      kept: (frames: readonly MessageFrame[]) => (this.kept = frames),
    };
    this.connection = new Connection(world, listener, unsent);
  }

  /** The handshake made last. */
  get last(): Handshake {
    const last = this.handshakes.at(-1);
    if (last === undefined) throw new Error('No handshake was made.');
    return last;
  }

  /** Time passes without the page, as on a laptop that sleeps: its timers are late. */
  suspend(ms: number): void {
    this.time += ms;
  }

  /** Lets promises settle, then time pass, timer by timer. */
  async pass(ms: number): Promise<void> {
    await settle();
    const end = this.time + ms;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
      await settle();
    }
    this.time = end;
  }

  async connect(): Promise<void> {
    this.connection.start();
    await this.pass(0);
    this.last.receive(welcome());
  }

  #due(end: number) {
    return this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
  }

  #after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  #open(events: SocketEvents, position: Position | undefined) {
    const handshake: Handshake = {
      sent: [],
      position,
      isMute: false,
      closedByPage: false,
      receive: (frame) => events.text(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      close: (code) => events.closed(code),
    };
    this.handshakes.push(handshake);
    const pong = () => handshake.isMute || handshake.receive({ type: 'pong' });
    return {
      send: (text: string) => {
        const frame = JSON.parse(text) as { readonly type: string };
        if (frame.type === 'ping') this.#after(1, pong);
        else handshake.sent.push(frame);
      },
      close: () => (handshake.closedByPage = true),
    };
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}
