import { parseJson } from '../../model/json.ts';
import type { Status } from '../../contract/http.ts';
import {
  afterClose,
  closeCodes,
  serverFrame,
  type ClientFrame,
  type ServerFrame,
} from '../../contract/protocol.ts';
import { Outbox } from './outbox.ts';
import { answerWithin, backoff, timing, quickWait } from './timing.ts';

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

/** The clock, network and randomness of the connection. */
export interface World {
  now(): number;
  /** Runs once after `ms`. @returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
  open(events: SocketEvents): Socket;
  /** GET /api/status. @throws Error in words when there is no answer within the time limit. */
  status(withinMs: number): Promise<Status>;
  /** Why this page may not connect, in words: no token, an expired one, another patient's. */
  refusal(): Promise<string | undefined>;
}

export interface Listener {
  state(state: ConnectionState): void;
  /** Every frame of the current connection. During `welcome`, `send` queues for the flush after it. */
  frame(frame: ServerFrame): void;
  /** The messages that are not acknowledged yet, oldest first. */
  kept(frames: readonly ClientFrame[]): void;
}

/**
 * The connection of one conversation. Asks `/api/status` before every handshake, since a browser cannot see why a
 * handshake was refused, and makes none while the server is not ready. Handshakes right after an announced restart skip
 * the status.
 */
export class Connection {
  readonly #world: World;
  readonly #listener: Listener;
  readonly #outbox: Outbox;
  #state: ConnectionState = { name: 'idle' };
  #socket: Socket | undefined;
  /** Events of an earlier attempt are ignored. */
  #attempt = 0;
  #failures = 0;
  #handshakes = 0;
  /** Quick attempts left after an announced restart. */
  #quick = 0;
  /** Status requests and handshakes without an answer in a row. */
  #silences = 0;
  /** The timer of the state: the retry, the wait for `welcome`, or the uptime that counts as stable. */
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

  /** Connects now, without waiting, with all attempts: the first start, and "Retry now". */
  start(): void {
    if (this.#state.name === 'connecting' || this.#state.name === 'connected') return;
    this.#failures = 0;
    this.#handshakes = 0;
    void this.#begin();
  }

  /** Ends a wait early because the network is back. Does not restart a stopped connection. */
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
    // After an announced restart another instance answers: the status need not be asked first.
    if (this.#quick > 0) {
      this.#handshake();
      return;
    }
    // The waiting state is kept while the status is asked again, so that the header does not flicker.
    if (this.#state.name !== 'waiting') this.#enter({ name: 'connecting' });
    const answer = await this.#askStatus();
    if (attempt !== this.#attempt) return;
    if (typeof answer === 'string') this.#fail(answer);
    else if (mustWait(answer)) this.#wait(answer.message, this.#politeWait(answer));
    else this.#handshake();
  }

  #handshake(): void {
    if (this.#handshakes++ >= timing.handshakes) {
      this.stop(`The connection failed ${timing.handshakes} times in a row, though the server is ready.`);
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
    this.#stateTimer = this.#world.after(timing.stable, () => {
      this.#failures = 0;
      this.#handshakes = 0;
    });
    this.#transmit(this.#outbox.frames);
  }

  #transmit(frames: readonly ClientFrame[]): void {
    if (this.#state.name !== 'connected' || frames.length === 0) return;
    for (const frame of frames) this.#socket?.send(JSON.stringify(frame));
    this.#silenceTimer();
    this.#silenceTimer = this.#world.after(timing.silence, () => this.#fail('The server fell silent.'));
  }

  #closed(code: number): void {
    this.#silences = 0;
    const known = Object.values(closeCodes).find((entry) => entry.code === code);
    const how = this.#state.name === 'connected' ? 'The connection was lost' : 'The connection failed';
    const reason = known === undefined ? `${how}.` : `${how}: ${known.reason}.`;
    if (code === closeCodes.restart.code) this.#quick = timing.quickAttempts;
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

  /** Replaces "the connection was lost" by the server's reason, if there is one; stops when the refusal is permanent. */
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
    return answerWithin(this.#silences, this.#quick > 0 ? timing.quickAnswer : timing.shortestAnswer);
  }

  /** The status, or why there is none, in words. */
  async #askStatus(): Promise<Status | string> {
    const answer = await this.#world.status(this.#patience()).catch(reasonOf);
    if (typeof answer === 'string') this.#silences++;
    return answer;
  }

  /** The server's retry time, up to twice as long, so that clients do not reconnect all at once. */
  #politeWait({ retryAfterSeconds }: Status): number {
    const asked = (retryAfterSeconds ?? 0) * 1_000;
    return Math.max(timing.shortestWait, asked * (1 + this.#world.random()));
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

/** Whether a handshake would be refused. When one instance is draining, others may accept it. */
function mustWait({ ready, reason }: Status): boolean {
  return !ready && reason !== 'Draining';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parse(text: string): ServerFrame | undefined {
  return serverFrame.safeParse(parseJson(text)).data;
}
