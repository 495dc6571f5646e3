import type { WebSocket } from 'ws';
import { closeCodes, limits, type ServerFrame } from '../../contract/protocol.ts';

/** Time limit for the peer's close frame; then the connection is cut. */
const closeTimeoutMs = 3_000;
/** Longest delay of `setTimeout`; for a token that lives longer the timer is set again then. */
const longestTimerMs = 2_147_483_647;

type CloseReason = keyof typeof closeCodes;

/** One WebSocket: bounded sending, pings, and close codes that tell the client what to do. */
export class ChatSocket {
  readonly #socket: WebSocket;
  readonly #timers: NodeJS.Timeout[] = [];
  #alive = true;

  constructor(socket: WebSocket, heartbeatMs: number) {
    this.#socket = socket;
    socket.on('pong', () => (this.#alive = true));
    socket.on('close', () => this.#timers.forEach(clearTimeout));
    // ws closes the connection with the right code; without a listener the event would be thrown.
    socket.on('error', () => undefined);
    this.#timers.push(setInterval(() => this.#beat(), heartbeatMs));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Sends a frame; closes the connection of a peer that does not read, instead of buffering without bound. */
  send(frame: ServerFrame): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > limits.bufferedBytes) this.close('tooSlow');
    else this.#socket.send(JSON.stringify(frame));
  }

  close(why: CloseReason): void {
    const { code, reason } = closeCodes[why];
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
    if (this.#socket.isPaused) return;
    if (!this.#alive) return this.close('silent');
    this.#alive = false;
    if (this.isOpen) this.#socket.ping();
  }
}
