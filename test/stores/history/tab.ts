import { WebSocket } from 'ws';
import { Connection, type World } from '../../../client/connection.ts';
import {
  awaited,
  emptyConversation,
  receive,
  say,
  unanswered,
  type Conversation,
  type Said,
} from '../../../client/conversation.ts';
import {
  readStatus,
  resumeQuery,
  type MessageFrame,
  type ServerFrame,
} from '../../../client/frames.generated.ts';
import { serverFrame } from '../../../contract/protocol.ts';
import type { Position, Scope } from '../../../app/stores/types.ts';
import type { Heard, Sequence } from './heard.ts';

/** By how much a client's times are divided: its heartbeat takes half a minute. */
const hurry = 5;

/** How soon a person sends again what failed, and how often at most. */
const againMs = 200;
const mostAgain = 4;

export interface Surroundings {
  /** The URL of one of the replicas, without a trailing slash. */
  readonly where: () => string;
  readonly sequence: Sequence;
  /** Keeps every connection that is opened. */
  readonly heard: (connection: Heard) => void;
  readonly note: (line: string) => void;
}

/** Opens one connection and keeps what it is told. */
export function listen(
  around: Surroundings,
  { scope, from, by }: { readonly scope: Scope; readonly from: Position | undefined; readonly by: string },
): { readonly socket: WebSocket; readonly heard: Heard } {
  const { patientId, sessionId } = scope;
  const url = new URL(`${around.where().replace(/^http/, 'ws')}/ws/chat/${patientId}/${sessionId}`);
  if (from) {
    url.searchParams.set(resumeQuery.epoch, from.epoch);
    url.searchParams.set(resumeQuery.offset, String(from.offset));
  }
  const heard: Heard = {
    by,
    scope,
    from,
    beganAt: around.sequence.next(),
    frames: [],
    unreadable: [],
    isOpen: true,
  };
  around.heard(heard);
  const socket = new WebSocket(url);
  socket.on('message', (text: Buffer) => {
    const { data: frame } = serverFrame.safeParse(JSON.parse(text.toString()));
    if (frame === undefined || !isFrequent(frame)) around.note(`${by} <- ${shown(frame ?? text.toString())}`);
    if (frame === undefined) heard.unreadable.push(text.toString());
    else heard.frames.push({ at: around.sequence.next(), frame });
  });
  socket.on('close', () => (heard.isOpen = false));
  socket.on('error', () => undefined);
  return { socket, heard };
}

const shown = (frame: ServerFrame | string): string =>
  JSON.stringify(frame, (key, value: unknown) => (key === 'message' ? undefined : value)).slice(0, 160);

/** Too many to be read, and seldom what is wrong. */
const isFrequent = (frame: ServerFrame): boolean =>
  frame.type === 'memory' || (frame.type === 'delta' && frame.at > 0);

/** A page without a browser: its connection, outbox and list of messages, and a person who tries again. */
export class Tab {
  readonly scope: Scope;
  readonly name: string;
  readonly #around: Surroundings;
  readonly #connection: Connection;
  readonly #tried = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #conversation: Conversation = emptyConversation;
  #kept: readonly MessageFrame[] = [];
  #socket: WebSocket | undefined;
  #heard: Heard | undefined;
  /** Messages that were refused for good. */
  readonly refused = new Set<string>();
  /** What was said here, by id. */
  readonly said = new Map<string, MessageFrame>();

  constructor(scope: Scope, name: string, around: Surroundings) {
    this.scope = scope;
    this.name = name;
    this.#around = around;
    this.#connection = new Connection(this.#world(), {
      state: () => undefined,
      frame: (frame) => this.#received(frame),
      kept: (frames) => (this.#kept = frames),
    });
    this.#connection.start();
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  /** The connection it has now. */
  get heard(): Heard | undefined {
    return this.#heard;
  }

  /** What it has not sent yet, in words, or that it is not connected. */
  get unsent(): string | undefined {
    const { name } = this.#connection.state;
    if (name !== 'connected') return `${this.name} waits for a connection: ${name}`;
    const ids = this.#kept.map(({ id }) => id).join(', ');
    return ids === '' ? undefined : `${this.name} waits for acknowledgements of ${ids}`;
  }

  /** The messages whose answer it waits for, in words. */
  get awaited(): string | undefined {
    const ids = awaited(this.#conversation).join(', ');
    return ids === '' ? undefined : `${this.name} waits for answers to ${ids}`;
  }

  say(message: MessageFrame): void {
    this.said.set(message.id, message);
    this.#deliver(message);
  }

  /** The stored messages that it shows and that no edit replaced. */
  get editable(): readonly Said[] {
    return this.#conversation.entries.filter(
      (entry): entry is Said =>
        entry.kind === 'said' && entry.delivery === 'sent' && entry.replacedBy === undefined,
    );
  }

  stopAnswers(): void {
    for (const id of awaited(this.#conversation)) this.#connection.stopAnswer(id);
  }

  /** Ends its connection as a network does. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** A person who presses "Retry now". */
  retry(): void {
    if (this.#connection.state.name !== 'connected') this.#connection.start();
  }

  close(): void {
    this.#connection.stop('The tab was closed.');
    this.#timers.forEach(clearTimeout);
  }

  #deliver(message: MessageFrame): void {
    this.#conversation = say(this.#conversation, message);
    this.#connection.send(message);
  }

  #received(frame: ServerFrame): void {
    this.#conversation = receive(this.#conversation, frame);
    if (frame.type === 'welcome' && !frame.recovered)
      for (const message of unanswered(this.#conversation)) this.#connection.sendUnanswered(message);
    if (frame.type === 'error' && frame.id !== undefined) this.#failed(frame.id, frame);
  }

  #failed(id: string, { code, retryable }: { readonly code: string; readonly retryable: boolean }): void {
    const message = this.said.get(id);
    if (message === undefined || code === 'RATE_LIMITED') return;
    if (!retryable) return void this.refused.add(id);
    const tried = (this.#tried.get(id) ?? 0) + 1;
    this.#tried.set(id, tried);
    if (code === 'ANSWER_FAILED' && tried > mostAgain) return;
    this.#later(againMs, () => this.#deliver(message));
  }

  #later(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  #world(): World {
    return {
      now: () => performance.now(),
      random: () => Math.random(),
      after: (ms, run) => this.#later(ms / hurry, run),
      refusal: () => Promise.resolve(undefined),
      status: async (withinMs) => {
        const answer = await fetch(`${this.#around.where()}/api/status`, {
          signal: AbortSignal.timeout(withinMs),
        });
        return readStatus(await answer.json(), 'status');
      },
      open: (events, from) => {
        const { socket, heard } = listen(this.#around, { scope: this.scope, from, by: this.name });
        this.#socket = socket;
        this.#heard = heard;
        socket.on('message', (text: Buffer) => events.text(text.toString()));
        socket.on('close', (code) => events.closed(code));
        return {
          send: (text) => {
            this.#around.note(`${this.name} -> ${text}`);
            if (socket.readyState === socket.OPEN) socket.send(text);
          },
          close: () => socket.terminate(),
        };
      },
    };
  }
}
