import {
  closeCodes,
  closesForGood,
  readServerFrame,
  type ClientFrame,
  type MessageFrame,
  type ServerFrame,
  type Status,
} from './frames.generated.ts';
import { Outbox } from './outbox.ts';
import { Stops } from './stops.ts';
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

/** How far a session's log is known. */
export interface Position {
  readonly epoch: string;
  /** Of the last event that came. */
  readonly offset: number;
}

/** The clock, network and randomness of the connection. */
export interface World {
  now(): number;
  /** Runs once after `ms`. @returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
  /** @param position what the handshake asks to go on from; none: the conversation is to be sent anew. */
  open(events: SocketEvents, position?: Position): Socket;
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
  kept(frames: readonly MessageFrame[]): void;
}

/**
 * The connection of one conversation. Asks `/api/status` before every handshake, since a browser cannot see why a
 * handshake was refused, and makes none while the server is not ready. Handshakes right after an announced restart skip
 * the status. It lives as long as the page's conversation, so a later handshake asks only for what is new.
 */
export class Connection {
  readonly #world: World;
  readonly #listener: Listener;
  readonly #outbox: Outbox;
  readonly #stops: Stops;
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
  #position: Position | undefined;
  /** The timer of the state: the retry, the wait for `welcome`, or the uptime that counts as stable. */
  #stateTimer = () => {};
  /** The next heartbeat, or the end of the patience with a silent server. */
  #silenceTimer = () => {};
  /** Whether the server was sent what it must react to. */
  #expectsFrame = false;

  constructor(world: World, listener: Listener, unsent: readonly MessageFrame[] = []) {
    this.#world = world;
    this.#listener = listener;
    this.#outbox = new Outbox(unsent, {
      after: (ms, run) => world.after(ms, run),
      changed: (frames) => listener.kept(frames),
      transmit: (frames) => this.#transmit(frames, timing.silence),
      wait: (refusals) => backoff(refusals, () => world.random()),
    });
    this.#stops = new Stops({
      after: (ms, run) => world.after(ms, run),
      // Nothing may come back: the answer may have ended, or another may make it.
      transmit: (frames) => this.#put(frames),
    });
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

  /** Sends what a person said, now or once connected, and again after each reconnect until it is acknowledged. */
  send(frame: MessageFrame): void {
    this.#stops.forget(frame.id);
    this.sendUnanswered(frame);
  }

  /** The same of a message that was sent before and whose answer is not known. */
  sendUnanswered(frame: MessageFrame): void {
    this.#outbox.keep(frame);
  }

  /** Ends the answer to a message now or once connected, and asks again until it has ended. */
  stopAnswer(id: string): void {
    this.#stops.ask(id);
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
    const events = {
      text: (text: string) => current() && this.#read(text),
      closed: (code: number) => current() && this.#closed(code),
    };
    this.#socket = this.#world.open(events, this.#position?.epoch === '' ? undefined : this.#position);
    this.#stateTimer = this.#unlessHeard(this.#patience(), () => {
      this.#silences++;
      this.#fail('The server did not greet in time.');
    });
  }

  #read(text: string): void {
    const frame = frameIn(text);
    if (frame === 'unreadable') return this.#unreadable();
    this.#listen();
    // A later version has frames that this page has no use for.
    if (frame !== undefined) this.#heard(frame);
  }

  #heard(frame: ServerFrame): void {
    const isOtherLog = this.#follow(frame);
    this.#outbox.heard(frame);
    this.#stops.heard(frame);
    this.#listener.frame(frame);
    if (isOtherLog) this.#startOver();
    else if (frame.type === 'welcome') this.#welcomed();
    else if (frame.type === 'dependency' && frame.state === 'back') this.#outbox.sendAgain();
  }

  /** Keeps the position. Events come in order; one that came before changes nothing. @returns whether the log is another one. */
  #follow(frame: ServerFrame): boolean {
    const known = this.#position;
    if (frame.type === 'welcome') {
      if (!frame.recovered || known === undefined)
        this.#position = { epoch: frame.epoch, offset: frame.offset };
    } else if (frame.type === 'session') {
      if (known !== undefined && known.epoch !== '') return known.epoch !== frame.epoch;
      this.#position = { epoch: frame.epoch, offset: 0 };
    } else if (known !== undefined && offsetOf(frame) === known.offset + 1) {
      this.#position = { ...known, offset: known.offset + 1 };
    }
    return false;
  }

  #startOver(): void {
    this.#giveUpSocket();
    this.#position = undefined;
    void this.#begin();
  }

  /** However often it happens, it is no reason to stop: the next server may be another version. */
  #unreadable(): void {
    this.#handshakes = 0;
    this.#fail('The server sent what this page cannot read.');
  }

  #welcomed(): void {
    this.#silences = 0;
    this.#quick = 0;
    this.#enter({ name: 'connected' });
    this.#stateTimer = this.#world.after(timing.stable, () => {
      this.#failures = 0;
      this.#handshakes = 0;
    });
    this.#listen();
    this.#outbox.open();
    this.#stops.open();
  }

  /** Something came: after a while without a frame the server is asked for one. */
  #listen(): void {
    this.#silenceTimer();
    this.#expectsFrame = false;
    if (this.#state.name !== 'connected') return;
    this.#silenceTimer = this.#world.after(timing.heartbeat, () =>
      this.#transmit([{ type: 'ping' }], timing.pong),
    );
  }

  #put(frames: readonly ClientFrame[]): void {
    for (const frame of frames) this.#socket?.send(JSON.stringify(frame));
  }

  /** Sends what the server must react to. */
  #transmit(frames: readonly ClientFrame[], patience: number): void {
    this.#put(frames);
    if (this.#expectsFrame) return;
    this.#expectsFrame = true;
    this.#silenceTimer();
    this.#silenceTimer = this.#unlessHeard(patience, () => this.#fail('The server fell silent.'));
  }

  /**
   * Gives up a silent server after `ms`. A page that was suspended or busy runs its timers before it hears what came
   * meanwhile, so a timer that is late waits once more.
   */
  #unlessHeard(ms: number, giveUp: () => void): () => void {
    const due = this.#world.now() + ms;
    let cancel = this.#world.after(ms, () => {
      if (this.#world.now() - due < timing.late) giveUp();
      else cancel = this.#world.after(timing.late, giveUp);
    });
    return () => cancel();
  }

  #closed(code: number): void {
    this.#silences = 0;
    const known = Object.values(closeCodes).find((entry) => entry.code === code);
    const how = this.#state.name === 'connected' ? 'The connection was lost' : 'The connection failed';
    const reason = known === undefined ? `${how}.` : `${how}: ${known.reason}.`;
    if (code === closeCodes.restart.code) this.#quick = timing.quickAttempts;
    if (isForGood(code)) this.stop(reason);
    else this.#fail(reason);
  }

  #fail(reason: string): void {
    const greeted = this.#state.name === 'connected';
    const isAnnounced = this.#quick > 0;
    const lost = this.#giveUpSocket();
    this.#wait(reason, this.#nextWait());
    if (lost && !isAnnounced) void this.#explain(this.#attempt, greeted);
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
    this.#outbox.close();
    this.#stops.close();
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

function frameIn(text: string): ServerFrame | 'unreadable' | undefined {
  try {
    return readServerFrame(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/** The offset of the event that a frame tells. An acknowledgement of a message that was stored before tells none. */
function offsetOf(frame: ServerFrame): number | undefined {
  if (frame.type === 'ack' && frame.duplicate) return undefined;
  return 'offset' in frame ? frame.offset : undefined;
}

function isForGood(code: number): boolean {
  return closesForGood.some(([first, last]) => first <= code && code <= last);
}
