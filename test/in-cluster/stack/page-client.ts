import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { status } from '../../../contract/http.ts';
import {
  Connection,
  type ConnectionState,
  type SocketEvents,
  type World,
} from '../../../client/connection.ts';
import {
  emptyConversation,
  receive,
  say,
  unanswered,
  type Conversation,
} from '../../../client/conversation.ts';
import { subprotocols, type FrameOf, type ServerFrame } from '../../../client/frames.generated.ts';
import { httpPaths } from '../../../contract/services/backend.ts';
import { newMessage } from '../../../web/src/new-message.ts';
import { socketUrl } from '../../../web/src/url.ts';

/** How soon a person sends again what failed. */
const sayAgainMs = 500;

/** A time without a connection that had been there, in milliseconds, and the states it went through, each with its own. */
export interface Absence {
  readonly ms: number;
  readonly states: readonly string[];
}

/**
 * The page without a browser: its own connection, outbox and list of messages, over real sockets, as `chat.ts` joins
 * them. It counts what a person would notice.
 */
export class PageClient {
  /** Messages the server said it has. */
  readonly acknowledged = new Set<string>();
  /** Each time that a connection was lost and another came. The first connection ends none. */
  readonly absences: Absence[] = [];
  /** What it was told of stores, in order. */
  readonly told: FrameOf<'dependency'>[] = [];
  readonly #connection: Connection;
  #conversation: Conversation = emptyConversation;
  readonly #agent = new Agent({ keepAlive: true });
  #absence: { readonly since: number; readonly states: string[] } | undefined;
  #connectedBefore = false;
  #settled: () => void = () => undefined;

  /** @param socketsUrl where WebSockets are, if elsewhere: an Ingress leads them to another Service. */
  constructor(
    chatUrl: string,
    place: { readonly patient: string; readonly session: string },
    socketsUrl = chatUrl,
  ) {
    const chat = { patientId: place.patient, sessionId: place.session };
    const world: World = {
      now: () => performance.now(),
      random: () => Math.random(),
      after(ms, run) {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      refusal: () => Promise.resolve(undefined),
      open: (events, position) => open(socketUrl(socketsUrl, chat, position), events),
      status: async (timeout) => {
        const options = { agent: this.#agent, timeout };
        return status.parse(JSON.parse(await read(`${chatUrl}${httpPaths.status}`, options)));
      },
    };
    this.#connection = new Connection(world, {
      state: (state) => this.#noticed(state),
      frame: (frame) => this.#received(frame),
      kept: () => undefined,
    });
    this.#connection.start();
  }

  /** Says something, and the same again after each error about it; answers the whole answer. */
  async say(text: string): Promise<string> {
    const message = newMessage(text);
    for (;;) {
      this.#conversation = say(this.#conversation, message);
      this.#connection.send(message);
      while (this.#isOpen(message.id)) await new Promise<void>((resolve) => (this.#settled = resolve));
      const answer = this.#conversation.entries.find(
        (one) => one.kind === 'answer' && one.replyTo === message.id,
      );
      if (answer) return answer.text;
      await pause(sayAgainMs);
    }
  }

  stop(): void {
    this.#connection.stop('The test is over.');
    this.#agent.destroy();
  }

  /** What the page shows. */
  get entries(): Conversation['entries'] {
    return this.#conversation.entries;
  }

  /** Milliseconds of each absence. */
  get gaps(): readonly number[] {
    return this.absences.map(({ ms }) => ms);
  }

  get state(): string {
    return this.#connection.state.name;
  }

  #isOpen(id: string): boolean {
    return unanswered(this.#conversation).some((message) => message.id === id);
  }

  #received(frame: ServerFrame): void {
    this.#conversation = receive(this.#conversation, frame);
    if (frame.type === 'dependency') this.told.push(frame);
    if (frame.type === 'ack') this.acknowledged.add(frame.id);
    if (frame.type === 'welcome')
      for (const message of unanswered(this.#conversation)) this.#connection.send(message);
    this.#settled();
  }

  #noticed(state: ConnectionState): void {
    const now = performance.now();
    if (state.name === 'connected') {
      if (this.#absence !== undefined)
        this.absences.push({ ms: now - this.#absence.since, states: this.#absence.states });
      this.#absence = undefined;
      this.#connectedBefore = true;
      return;
    }
    if (state.name === 'waiting' && this.#connectedBefore) this.#absence ??= { since: now, states: [] };
    const reason = 'reason' in state ? ` (${state.reason})` : '';
    this.#absence?.states.push(`${Math.round(now - this.#absence.since)} ms ${state.name}${reason}`);
  }
}

function open(url: string, events: SocketEvents): { send(text: string): void; close(): void } {
  const socket = new WebSocket(url, subprotocols.chat);
  socket.on('message', (text: Buffer) => events.text(text.toString()));
  socket.on('close', (code) => events.closed(code));
  // What went wrong is in the close that follows.
  socket.on('error', () => undefined);
  return { send: (text) => socket.send(text), close: () => socket.close() };
}

/** Over a connection that is kept, as a browser keeps one for each page. */
function read(url: string, options: { readonly agent: Agent; readonly timeout: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = get(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    asking.on('timeout', () => asking.destroy(new Error('The server cannot be reached.')));
    asking.on('error', reject);
  });
}
