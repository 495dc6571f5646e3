import type { WebSocket } from 'ws';
import { closeCodes, limits, type ServerFrame } from '../../contract/protocol.ts';

/** Time limit for the peer's close frame; then the connection is cut. */
const closeTimeoutMs = 3_000;
/** Longest delay of `setTimeout`; for a token that lives longer the timer is set again then. */
const longestTimerMs = 2_147_483_647;

type CloseReason = keyof typeof closeCodes;

/** How ws closes a connection by itself, by the code of its error; any other is a broken frame. */
const closesOfWs: Readonly<Record<string, CloseReason>> = {
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 'tooFragmented',
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'tooBig',
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 'tooBig',
  WS_ERR_INVALID_UTF8: 'brokenText',
};

export interface SocketTimes {
  /** Between two pings. */
  readonly heartbeatMs: number;
  /** Without a frame either way. */
  readonly idleMs: number;
}

/** One WebSocket: bounded sending, pings, and close codes that tell the client what to do. */
export class ChatSocket {
  readonly #socket: WebSocket;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #idleMs: number;
  #alive = true;
  #lastFrameAt = performance.now();
  #closedFor: CloseReason | undefined;

  constructor(socket: WebSocket, { heartbeatMs, idleMs }: SocketTimes) {
    this.#socket = socket;
    this.#idleMs = idleMs;
    socket.on('pong', () => (this.#alive = true));
    socket.on('message', () => (this.#lastFrameAt = performance.now()));
    socket.on('close', () => this.#timers.forEach(clearTimeout));
    // ws closes the connection with the right code; without a listener the event would be thrown.
    socket.on('error', (error: Error & { readonly code?: string }) => {
      this.#closedFor ??= closesOfWs[error.code ?? ''] ?? 'brokenFrame';
    });
    this.#timers.push(setInterval(() => this.#beat(), Math.min(heartbeatMs, idleMs)));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** The code this side closed with; none when it did not. */
  get closedWith(): number | undefined {
    return this.#closedFor && closeCodes[this.#closedFor].code;
  }

  /** Sends a frame; closes the connection of a peer that does not read, instead of buffering without bound. */
  send(frame: ServerFrame): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > limits.bufferedBytes) return this.close('tooSlow');
    this.#lastFrameAt = performance.now();
    this.#socket.send(JSON.stringify(frame));
  }

  close(why: CloseReason): void {
    const { code, reason } = closeCodes[why];
    this.#closedFor ??= why;
    this.#socket.close(code, reason);
    this.#timers.push(setTimeout(() => this.#socket.terminate(), closeTimeoutMs));
  }

  /** Closes when the token that opened the connection expires. @param at seconds since 1970. */
  closeAtExpiry(at: number): void {
    const left = at * 1_000 - Date.now();
    const wait = Math.min(Math.max(left, 0), longestTimerMs);
    const again = (): void => (wait < left ? this.closeAtExpiry(at) : this.close('tokenExpired'));
    this.#timers.push(setTimeout(again, wait));
  }

  /** Stops reading (TCP backpressure). */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#alive = true;
    this.#socket.resume();
  }

  #beat(): void {
    // A paused connection does not receive pongs either.
    if (this.#socket.isPaused || !this.isOpen) return;
    if (!this.#alive) return this.close('silent');
    if (performance.now() - this.#lastFrameAt >= this.#idleMs) return this.close('idle');
    this.#alive = false;
    this.#socket.ping();
  }
}
