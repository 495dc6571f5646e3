import { Connection } from '../../../client/connection.ts';
import {
  emptyConversation,
  keyOf,
  receive,
  say,
  unanswered,
  type Conversation,
} from '../../../client/conversation.ts';
import type { ServerFrame } from '../../../client/frames.generated.ts';
import { realWorld } from '../../e2e/real-world.ts';

/** The page's half of one conversation, in a storm: what it shows, and for how long it was away. */
export class StormClient {
  readonly path: string;
  /** Messages that a server acknowledged. */
  readonly acknowledged = new Set<string>();
  /** Milliseconds from each loss of the connection to the next greeting. */
  readonly gaps: number[] = [];
  readonly #connection: Connection;
  #conversation: Conversation = emptyConversation;
  #greetings = 0;
  #lostAt: number | undefined;
  #said = 0;

  /** @param isReloaded one that has nothing when it connects again, as a page that is loaded anew. */
  constructor(where: () => string, path: string, isReloaded: boolean) {
    this.path = path;
    const world = realWorld({ where, path, closed: () => (this.#lostAt ??= performance.now()) });
    const open: typeof world.open = (events, position) =>
      world.open(events, isReloaded ? undefined : position);
    this.#connection = new Connection(
      { ...world, open },
      { state: () => undefined, frame: (frame) => this.#heard(frame), kept: () => undefined },
    );
  }

  get greetings(): number {
    return this.#greetings;
  }

  get isConnected(): boolean {
    return this.#connection.state.name === 'connected';
  }

  /** Whether everything it said is answered. */
  get isAnswered(): boolean {
    return unanswered(this.#conversation).length === 0;
  }

  /** What it shows: each message, and the message of each answer. */
  get shown(): readonly string[] {
    return this.#conversation.entries.map(keyOf);
  }

  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop('The storm is over.');
  }

  say(text: string): void {
    const frame = { type: 'message', id: `m${++this.#said}`, text } as const;
    this.#conversation = say(this.#conversation, frame);
    this.#connection.send(frame);
  }

  #heard(frame: ServerFrame): void {
    this.#conversation = receive(this.#conversation, frame);
    if (frame.type === 'ack') this.acknowledged.add(frame.id);
    if (frame.type !== 'welcome') return;
    this.#greetings += 1;
    if (this.#lostAt !== undefined) this.gaps.push(performance.now() - this.#lostAt);
    this.#lostAt = undefined;
    // As the page: after a resumed connection, how each answer ended comes by itself.
    if (!frame.recovered)
      for (const message of unanswered(this.#conversation)) this.#connection.sendUnanswered(message);
  }
}
