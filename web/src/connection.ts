import type { Status } from '../../contract/http.ts';
import { afterClose, closeCodes, serverFrame, type ClientFrame, type ServerFrame } from '../../contract/protocol.ts';
import { Outbox } from './outbox.ts';
import { answerWithin, backoff, patience, quickWait } from './patience.ts';

export type ConnectionState =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting' }
  | { readonly name: 'connected' }
  /** `retryAt` is on the clock of `World.now`. */
  | { readonly name: 'waiting'; readonly reason: string; readonly retryAt: number }
  | { readonly name: 'stopped'; readonly reason: string };

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  text(text: string): void;
  /** Called once, whether or not the handshake succeeded. */
  closed(code: number): void;
}

/** What the connection needs of the world around it. */
export interface World {
  now(): number;
  /** Runs once after `ms`; answers how to call it off. */
  after(ms: number, run: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
  open(events: SocketEvents): Socket;
  /** GET /api/status. @throws Error that says in words why there is no answer within so many milliseconds. */
  status(withinMs: number): Promise<Status>;
  /** Why this page may not connect at all, in words: no token, an expired one, another patient's. */
  refusal(): Promise<string | undefined>;
}

export interface Listener {
  state(state: ConnectionState): void;
  /** Every frame but those of a connection already given up. In `welcome`, `send` queues for the flush after it. */
  frame(frame: ServerFrame): void;
  /** What is not acknowledged yet, oldest first. */
  kept(frames: readonly ClientFrame[]): void;
}

/**
 * One conversation's connection. It asks `/api/status` before every handshake, since a browser cannot see why a
 * handshake was refused, and makes none while the server says it is not ready; but for those right after a restart that
 * was told of.
 */
export class Connection {
  readonly #world: World;
  readonly #listener: Listener;
  readonly #outbox: Outbox;
  #state: ConnectionState = { name: 'idle' };
  #socket: Socket | undefined;
  /** What arrives for an attempt that is no longer the current one is ignored. */
  #attempt = 0;
  #failures = 0;
  #handshakes = 0;
  /** Attempts left that are made quickly, since a restart was told of. */
  #quick = 0;
  /** Questions and handshakes since one of the latter was last answered at all. */
  #silences = 0;
  /** Of the state: the retry, the wait for `welcome`, or the uptime that counts as stable. */
  #stateTimer = () => {};
  #silenceTimer = () => {};

  constructor(world: World, listener: Listener, unsent: readonly ClientFrame[] = []) {
    this.#world = world;
    this.#listener = listener;
    this.#outbox = new Outbox(unsent, (frames) => listener.kept(frames));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects now, whatever it waits for, with a fresh budget: the first start, and "Retry now". */
  start(): void {
    if (this.#state.name === 'connecting' || this.#state.name === 'connected') return;
    this.#failures = 0;
    this.#handshakes = 0;
    void this.#begin();
  }

  /** Ends a wait early because the network is back. It does not restart what has stopped. */
  wake(): void {
    if (this.#state.name === 'waiting') void this.#begin();
  }

  /** Sends a message now or once connected, and again after each reconnect until it is acknowledged. */
  send(frame: ClientFrame): void {
    this.#outbox.keep(frame);
    if (this.#state.name === 'connected') this.#transmit([frame]);
  }

  stop(reason: string): void {
    this.#giveUpSocket();
    this.#enter({ name: 'stopped', reason });
  }

  async #begin(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#stateTimer();
    // Whoever said that it restarts said that another answers: nobody needs to be asked first.
    if (this.#quick > 0) {
      this.#handshake();
      return;
    }
    // A wait stays on show while the status is asked again; the header would flicker otherwise.
    if (this.#state.name !== 'waiting') this.#enter({ name: 'connecting' });
    const answer = await this.#askStatus();
    if (attempt !== this.#attempt) return;
    if (typeof answer === 'string') this.#fail(answer);
    else if (mustWait(answer)) this.#wait(answer.message, this.#politeWait(answer));
    else this.#handshake();
  }

  #handshake(): void {
    if (this.#handshakes++ >= patience.handshakes) {
      this.stop(`The connection failed ${patience.handshakes} times in a row, though the server is ready.`);
      return;
    }
    const attempt = this.#attempt;
    const current = () => attempt === this.#attempt;
    this.#enter({ name: 'connecting' });
    this.#socket = this.#world.open({
      text: (text) => current() && this.#read(text),
      closed: (code) => current() && this.#closed(code),
    });
    this.#stateTimer = this.#world.after(this.#patience(), () => {
      this.#silences++;
      this.#fail('The server did not greet in time.');
    });
  }

  #read(text: string): void {
    this.#silenceTimer();
    const frame = parse(text);
    if (frame === undefined) {
      this.stop('The server sent what this page does not understand; reload the page.');
      return;
    }
    this.#outbox.heard(frame);
    this.#listener.frame(frame);
    if (frame.type === 'welcome') this.#welcomed();
    if (frame.type === 'dependency' && frame.state === 'back') this.#transmit(this.#outbox.frames);
  }

  #welcomed(): void {
    this.#silences = 0;
    this.#quick = 0;
    this.#enter({ name: 'connected' });
    this.#stateTimer = this.#world.after(patience.stable, () => {
      this.#failures = 0;
      this.#handshakes = 0;
    });
    this.#transmit(this.#outbox.frames);
  }

  #transmit(frames: readonly ClientFrame[]): void {
    if (this.#state.name !== 'connected' || frames.length === 0) return;
    for (const frame of frames) this.#socket?.send(JSON.stringify(frame));
    this.#silenceTimer();
    this.#silenceTimer = this.#world.after(patience.silence, () => this.#fail('The server fell silent.'));
  }

  #closed(code: number): void {
    this.#silences = 0;
    const known = Object.values(closeCodes).find((entry) => entry.code === code);
    const how = this.#state.name === 'connected' ? 'The connection was lost' : 'The connection failed';
    const reason = known === undefined ? `${how}.` : `${how}: ${known.reason}.`;
    if (code === closeCodes.restart.code) this.#quick = patience.quickAttempts;
    if (afterClose(code) === 'stop') this.stop(reason);
    else this.#fail(reason);
  }

  #fail(reason: string): void {
    const greeted = this.#state.name === 'connected';
    const lost = this.#giveUpSocket();
    this.#wait(reason, this.#nextWait());
    if (lost) void this.#explain(this.#attempt, greeted);
  }

  #nextWait(): number {
    const random = () => this.#world.random();
    return this.#quick-- > 0 ? quickWait(random) : backoff(this.#failures++, random);
  }

  /** Replaces "the connection was lost" by the server's own words, if it has any; stops where waiting mends nothing. */
  async #explain(attempt: number, greeted: boolean): Promise<void> {
    const answer = await this.#askStatus();
    if (attempt !== this.#attempt || typeof answer === 'string') return;
    if (mustWait(answer)) {
      this.#wait(answer.message, this.#politeWait(answer));
    } else if (!greeted) {
      const refusal = await this.#world.refusal();
      if (attempt === this.#attempt && refusal !== undefined) this.stop(refusal);
    }
  }

  #patience(): number {
    return answerWithin(this.#silences, this.#quick > 0 ? patience.quickAnswer : patience.shortestAnswer);
  }

  /** The status, or in words why there is none. */
  async #askStatus(): Promise<Status | string> {
    const answer = await this.#world.status(this.#patience()).catch(reasonOf);
    if (typeof answer === 'string') this.#silences++;
    return answer;
  }

  /** What the server asks for, up to twice as long, so that a crowd does not come back at once. */
  #politeWait({ retryAfterSeconds }: Status): number {
    const asked = (retryAfterSeconds ?? 0) * 1_000;
    return Math.max(patience.shortestWait, asked * (1 + this.#world.random()));
  }

  #wait(reason: string, ms: number): void {
    this.#enter({ name: 'waiting', reason, retryAt: this.#world.now() + ms });
    this.#stateTimer = this.#world.after(ms, () => void this.#begin());
  }

  #giveUpSocket(): boolean {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#attempt++;
    this.#silenceTimer();
    socket?.close();
    return socket !== undefined;
  }

  #enter(state: ConnectionState): void {
    this.#stateTimer();
    this.#stateTimer = () => {};
    this.#state = state;
    this.#listener.state(state);
  }
}

/** Whether a handshake would be in vain. One instance that is leaving says nothing about the others. */
function mustWait({ ready, reason }: Status): boolean {
  return !ready && reason !== 'Draining';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parse(text: string): ServerFrame | undefined {
  try {
    return serverFrame.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
