import { EventEmitter } from 'node:events';
import type { RawData, WebSocket } from 'ws';
import type { ErrorCode } from '../../model/errors.ts';
import type { ServerFrame, Turn } from '../../contract/protocol.ts';
import { firstLine } from '../../dial/client-errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Answer, Memory } from '../memory/types.ts';
import type { Metrics } from '../observability/metrics.ts';
import { IdReusedError, UnknownOutcomeError, type Scope } from '../stores/types.ts';
import type { Answers, Message, RunningAnswer } from './answers.ts';
import { fittingHistory } from './fitting-history.ts';
import { readFrame } from './read-frame.ts';
import { ChatSocket } from './socket.ts';

/** What every connection uses. */
export interface Surroundings {
  readonly memory: Memory;
  readonly answers: Answers;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly heartbeatMs: number;
  readonly historyLimit: number;
}

/** Most messages waiting for their commit or answer; above it the connection is not read (backpressure). */
const mostPending = 32;

/**
 * One patient's connection. Messages are committed and acknowledged in order, and answered in order; an acknowledgement
 * does not wait for the previous answer. Answers go to the connection that asked.
 */
export class ChatConnection extends EventEmitter<{ closed: [code: number] }> {
  readonly scope: Scope;
  readonly socket: ChatSocket;
  readonly #around: Surroundings;
  /** Messages whose answer was sent, or is being sent, over this connection. */
  readonly #shown: Set<string>;
  #committing = Promise.resolve();
  #answering = Promise.resolve();
  #pending = 0;

  constructor(socket: WebSocket, scope: Scope, history: readonly Turn[], around: Surroundings) {
    super();
    this.scope = scope;
    this.socket = new ChatSocket(socket, around.heartbeatMs);
    this.#around = around;
    const shown = fittingHistory(history);
    this.#shown = new Set(shown.flatMap(({ replyTo }) => replyTo ?? []));
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('close', (code) => this.emit('closed', code));
    this.#send({ type: 'welcome', ...scope, mode: around.memory.mode, history: shown });
  }

  /** Resolves when every message received so far was committed and answered. */
  async idle(): Promise<void> {
    await this.#committing;
    await this.#answering;
  }

  #send(frame: ServerFrame): void {
    this.socket.send(frame);
  }

  #error(code: ErrorCode, message: string, id?: string): void {
    this.#send({ type: 'error', code, message, ...(id === undefined ? {} : { id }) });
  }

  #received(data: RawData, isBinary: boolean): void {
    if (!this.socket.isOpen) return;
    if (isBinary) return this.socket.close('notText');
    // The binary type is `nodebuffer`, so text arrives as one Buffer.
    const read = readFrame((data as Buffer).toString('utf8'));
    if (!read.ok) return this.#error('BAD_FRAME', read.message, read.id);
    this.#around.metrics.messages.inc();
    this.#began();
    this.#committing = this.#committing.then(() => this.#commit(read.frame)).finally(() => this.#ended());
  }

  /** Must not reject: the following messages wait for it. */
  async #commit(message: Message): Promise<void> {
    const { memory, answers, metrics } = this.#around;
    // Looked up before the commit, so that an answer that ends during it is still delivered.
    const running = answers.find(this.scope, message.id);
    const accepted = await memory.accept(this.scope, message).catch((error: unknown) => {
      this.#notAccepted(message.id, error);
    });
    if (!accepted) return;
    const { recordedAt, duplicate, answer } = accepted;
    metrics.acks.inc({ duplicate: String(duplicate) });
    this.#send({ type: 'ack', id: message.id, recordedAt, duplicate });
    if (this.#shown.has(message.id)) return;
    if (running) this.#deliver(message, running);
    else if (answer) this.#sendStored(message.id, answer);
    else this.#deliver(message, answers.claim(this.scope, message));
  }

  #notAccepted(id: string, error: unknown): void {
    if (error instanceof IdReusedError) return this.#error('ID_REUSED', error.message, id);
    if (error instanceof UnknownOutcomeError) {
      this.#around.log.warn({ messageId: id, reason: firstLine(error) }, 'A message may be stored or not');
      return this.#error(
        'UNKNOWN_OUTCOME',
        'It is not known whether the message was stored. Send it again, with the same id.',
        id,
      );
    }
    this.#around.log.warn({ messageId: id, reason: firstLine(error) }, 'A message was not stored');
    this.#error(
      'STORE_AWAY',
      'The memory is away: the message was not stored. Send it again, with the same id.',
      id,
    );
  }

  #deliver(message: Message, answer: RunningAnswer): void {
    const { id } = message;
    this.#shown.add(id);
    answer.join({
      delta: (text) => this.#send({ type: 'delta', id, text }),
      done: (whole) => this.#done(id, whole),
      failed: () => {
        this.#shown.delete(id);
        this.#error(
          'ANSWER_FAILED',
          'The message is stored, but no answer could be made. Send it again to try once more.',
          id,
        );
      },
    });
    this.#began();
    this.#answering = this.#answering
      .then(() => {
        answer.begin();
        return answer.ended;
      })
      .finally(() => this.#ended());
  }

  /** For a resent message that was answered on another connection after this one got its history. */
  #sendStored(id: string, answer: Answer): void {
    this.#shown.add(id);
    this.#done(id, answer);
  }

  #done(id: string, { text, facts, degraded }: Answer): void {
    this.#send({
      type: 'done',
      id,
      text,
      facts: [...facts],
      ...(degraded === undefined ? {} : { degraded }),
    });
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
