import { EventEmitter } from 'node:events';
import type { RawData, WebSocket } from 'ws';
import { isRetryable, type ErrorCode } from '../../model/errors.ts';
import { limits, type ClientFrame, type ErrorFrame, type ServerFrame } from '../../contract/protocol.ts';
import { firstLine } from '../../dial/client-errors.ts';
import type { Logger } from '../observability/logger.ts';
import { NotOwedError, type Memory, type Message, type Opening } from '../memory/types.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Pace, type Rate } from '../rate.ts';
import type { PatientRates, RateLimit } from '../stores/patient-rates.ts';
import { MessageRefusedError, UnknownOutcomeError, type Scope, type SessionEvent } from '../stores/types.ts';
import type { Answers, RunningAnswer } from './answers.ts';
import type { Follower } from './follower.ts';
import { ackOf, answerOf, doneOf, welcomeOf } from './frames.ts';
import { idIn, readFrame, type ReadFrame } from './read-frame.ts';
import type { Sessions } from './sessions.ts';
import { ChatSocket, type SocketTimes } from './socket.ts';

/** What every connection uses. */
export interface Surroundings {
  readonly memory: Memory;
  readonly sessions: Sessions;
  readonly answers: Answers;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly times: SocketTimes;
  /** How fast each connection may send frames. */
  readonly rate: Rate;
  readonly rates: Pick<PatientRates, 'take'>;
  readonly historyLimit: number;
}

/** What was prepared before the handshake was accepted. */
export interface Prepared {
  readonly scope: Scope;
  readonly follower: Follower;
  readonly opening: Opening;
}

/** Of so many messages a connection knows how they were answered; a resend of an older one is answered again. */
const mostKnown = 1_000;

/** Most frames waiting for their commit or answer; above it the connection is not read (backpressure). */
const mostPending = 32;

/**
 * One patient's connection. Messages are committed and acknowledged in order, and answered in order; an acknowledgement
 * does not wait for the previous answer. What is committed in the session, by whomever, is told in the order of commits.
 */
export class ChatConnection extends EventEmitter<{ closed: [code: number] }> {
  readonly scope: Scope;
  readonly socket: ChatSocket;
  readonly #around: Surroundings;
  /** Messages of this connection whose commit was not told yet. */
  readonly #sent = new Set<string>();
  /** Messages of this connection whose answer was not told yet. */
  readonly #asked = new Set<string>();
  /** Messages whose answer this connection was shown. */
  readonly #answered: Set<string>;
  /** Messages whose answer failed, as far as this connection was told. */
  readonly #failed: Set<string>;
  /** Until answers in progress were joined: the messages that the client has, where that is not all of them. */
  #shown: Set<string> | undefined;
  readonly #pace = new Pace();
  readonly #follower: Follower;
  #committing = Promise.resolve();
  #answering = Promise.resolve();
  #pending = 0;

  constructor(socket: WebSocket, { scope, follower, opening }: Prepared, around: Surroundings) {
    super();
    this.scope = scope;
    this.socket = new ChatSocket(socket, around.times);
    this.#around = around;
    this.#follower = follower;
    this.#answered = new Set(opening.history?.flatMap(({ replyTo }) => replyTo ?? []));
    this.#failed = new Set(opening.history?.flatMap(({ id, failed }) => (failed ? id : [])));
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('close', (code) => this.emit('closed', code));
    this.#send(welcomeOf(scope, opening, around.memory.mode));
    this.#follow(opening);
  }

  /** Resolves when every message received so far was committed and answered. */
  async idle(): Promise<void> {
    await this.#committing;
    await this.#answering;
  }

  #follow({ position, missed, history }: Opening): void {
    const follower = this.#follower;
    const joins = this.#around.memory.mode === 'llm';
    this.#shown = joins && history ? new Set(history.map(({ id }) => id)) : undefined;
    follower.begin(position, {
      log: ({ epoch, offset }) => this.#send({ type: 'session', epoch, offset }),
      event: (event) => this.#tell(event),
      delta: (delta) => this.#send({ type: 'delta', ...delta }),
      memory: () => this.#send({ type: 'memory' }),
    });
    for (const event of missed) follower.offer(event);
    if (joins) void this.#joinAnswers();
  }

  /**
   * What was said so far of answers in progress. Pieces are kept of others too, which nothing would end: of one that failed,
   * and of answers that are older than the history a client is shown.
   */
  async #joinAnswers(): Promise<void> {
    const said = await this.#around.answers.said(this.scope);
    const isOver = (id: string): boolean =>
      this.#answered.has(id) || this.#failed.has(id) || this.#shown?.has(id) === false;
    for (const delta of said) if (!isOver(delta.id)) this.#follower.delta(delta);
    this.#shown = undefined;
  }

  #send(frame: ServerFrame): void {
    this.socket.send(frame);
  }

  #error(code: ErrorCode, message: string, about: About = {}): void {
    this.#around.metrics.errors.inc({ code });
    this.#send({ type: 'error', code, retryable: isRetryable(code), message, ...about });
  }

  #received(data: RawData, isBinary: boolean): void {
    if (!this.socket.isOpen) return;
    if (isBinary) return this.socket.close('notText');
    // The binary type is `nodebuffer`, so text arrives as one Buffer.
    const text = (data as Buffer).toString('utf8');
    if ((data as Buffer).length > limits.messageBytes) return this.#refuseLarge(text);
    const read = readFrame(text);
    const retryAfterMs = this.#pace.take(this.#around.rate);
    if (retryAfterMs > 0) this.#tooFast('connection', { ...aboutMessage(idOf(read)), retryAfterMs });
    else if (read.ok) this.#accept(read.frame);
    else this.#error('BAD_FRAME', read.message, aboutMessage(read.id));
  }

  #refuseLarge(text: string): void {
    const told = `A frame may have ${limits.messageBytes} bytes; nothing was stored.`;
    this.#error('FRAME_TOO_LARGE', told, aboutMessage(idIn(text)));
    this.socket.close('tooBig');
  }

  #tooFast(limit: RateLimit | 'connection', about: About): void {
    this.#around.metrics.rateLimited.inc({ limit });
    this.#error('RATE_LIMITED', 'That was too fast, so it was not taken. Send it again in a while.', about);
  }

  #accept(frame: ClientFrame): void {
    if (frame.type === 'ping') return this.#send({ type: 'pong' });
    if (frame.type === 'message') this.#around.metrics.messages.inc();
    this.#began();
    this.#committing = this.#committing
      .then(() => (frame.type === 'stop' ? this.#stop(frame.id) : this.#commit(frame)))
      .finally(() => this.#ended());
  }

  /** Must not reject: the following frames wait for it. */
  async #commit(message: Message): Promise<void> {
    const { memory, answers, sessions, metrics, rates } = this.#around;
    const { id } = message;
    const tooFast = await rates.take(this.scope.patientId);
    if (tooFast) return this.#tooFast(tooFast.limit, { id, retryAfterMs: tooFast.retryAfterMs });
    this.#sent.add(id);
    // Of those that are refused, or edited, no answer is ever told.
    keep(this.#asked, id);
    const accepted = await memory.accept(this.scope, message).catch((error: unknown) => {
      this.#sent.delete(id);
      this.#notAccepted(id, error);
    });
    if (!accepted) return;
    const { event, isDuplicate, isRemembered, outcome } = accepted;
    metrics.acks.inc({ duplicate: String(isDuplicate) });
    if (message.replaces !== undefined) answers.stopHere(this.scope, message.replaces);
    if (!isDuplicate) sessions.tell(this.scope, event, isRemembered);
    else if (this.#sent.delete(id)) this.#send(ackOf(event, true));
    if (this.#answered.has(id)) return;
    if (outcome === undefined || outcome.kind === 'failed')
      this.#await(id, answers.claim(this.scope, message));
    else this.#done(id, outcome);
  }

  #notAccepted(id: string, error: unknown): void {
    if (error instanceof MessageRefusedError) return this.#error(error.code, error.message, { id });
    const isUnknown = error instanceof UnknownOutcomeError;
    const what = isUnknown ? 'A message may be stored or not' : 'A message was not stored';
    this.#around.log.warn({ messageId: id, reason: firstLine(error) }, what);
    const [code, told] = isUnknown
      ? (['UNKNOWN_OUTCOME', 'It is not known whether the message was stored.'] as const)
      : (['STORE_AWAY', 'The memory is away: the message could not be taken.'] as const);
    this.#error(code, `${told} Send it again, with the same id.`, { id });
  }

  async #stop(id: string): Promise<void> {
    await this.#around.answers.stop(this.scope, id).catch((error: unknown) => {
      if (error instanceof NotOwedError) return;
      if (error instanceof MessageRefusedError) return this.#error(error.code, error.message, { id });
      this.#around.log.warn({ messageId: id, reason: firstLine(error) }, 'An answer could not be stopped');
      this.#error('STORE_AWAY', 'The answer could not be stopped. Try again.', { id });
    });
  }

  /** Answers are begun one after the other. */
  #await(id: string, answer: RunningAnswer): void {
    this.#began();
    this.#answering = this.#answering
      .then(async () => {
        answer.begin();
        if ((await answer.ended) === undefined) this.#notAnswered(id);
      })
      .finally(() => this.#ended());
  }

  /** The next event of the session's log. */
  #tell(event: SessionEvent): void {
    const { kind, turn, attempt } = event;
    const { offset, replyTo } = turn;
    if (replyTo === undefined) {
      this.#shown?.add(turn.id);
      return this.#send(this.#sent.delete(turn.id) ? ackOf(event, false) : { type: 'turn', offset, turn });
    }
    if (kind === 'failed') {
      keep(this.#failed, replyTo);
      return this.#notAnswered(replyTo, { offset, attempt });
    }
    if (this.#asked.has(replyTo)) return this.#done(replyTo, event);
    this.#noteAnswered(replyTo);
    this.#send(answerOf(event));
  }

  #done(id: string, event: SessionEvent): void {
    this.#noteAnswered(id);
    this.#send(doneOf(id, event));
  }

  #noteAnswered(id: string): void {
    this.#asked.delete(id);
    keep(this.#answered, id);
  }

  #notAnswered(id: string, event: Pick<About, 'offset' | 'attempt'> = {}): void {
    this.#error(
      'ANSWER_FAILED',
      'The message is stored, but no answer could be made. Send it again to try once more.',
      { id, ...event },
    );
  }

  #began(): void {
    this.#pending += 1;
    if (this.#pending === mostPending) this.socket.pause();
  }

  #ended(): void {
    this.#pending -= 1;
    if (this.#pending === mostPending - 1) this.socket.resume();
  }
}

/** Adds an id to a set that keeps the latest only. */
function keep(ids: Set<string>, id: string): void {
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > mostKnown && oldest !== undefined) ids.delete(oldest);
}

/** What an error frame is about. */
type About = Pick<ErrorFrame, 'id' | 'offset' | 'attempt' | 'retryAfterMs'>;

/** The message a frame is about, where it is about one. */
function idOf(read: ReadFrame): string | undefined {
  if (!read.ok) return read.id;
  return read.frame.type === 'ping' ? undefined : read.frame.id;
}

const aboutMessage = (id: string | undefined): Pick<ErrorFrame, 'id'> => (id === undefined ? {} : { id });
