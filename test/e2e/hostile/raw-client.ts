import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '../../servers/ports.ts';

/** What a server said to a client that keeps no rules: the status of its handshake, the codes of error frames, the close. */
export interface Heard {
  status?: number;
  codes: string[];
  close?: number;
}

/** A frame of the WebSocket protocol, masked as a client's must be, unless told otherwise. */
export interface RawFrame {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits. */
  readonly reserved?: number;
  readonly masked?: boolean;
  readonly payload?: Buffer | string;
  /** The length that it claims, where it is not that of the payload. */
  readonly length?: number;
}

/** The bytes of a frame. */
export function bytesOf(frame: RawFrame): Buffer {
  const { opcode = 1, fin = true, reserved = 0, masked = true } = frame;
  const payload = Buffer.from(frame.payload ?? '');
  const { length = payload.length } = frame;
  const mask = masked ? 0x80 : 0;
  const head = Buffer.alloc(2 + extraOf(length));
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  if (length < 126) head[1] = mask | length;
  else if (length < 65_536) {
    head[1] = mask | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

const extraOf = (length: number): number => (length < 126 ? 0 : length < 65_536 ? 2 : 8);

/** Where the payload of the first frame is, once its length is known. */
function payloadIn(bytes: Buffer): { readonly start: number; readonly end: number } | undefined {
  const [, second = 0] = bytes;
  const start = second < 126 ? 2 : second === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  if (start === 2) return { start, end: start + second };
  return { start, end: start + (start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))) };
}

/** One TCP connection on which anything may be written. */
export class RawClient {
  readonly heard: Heard = { codes: [] };
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  #bytes = Buffer.alloc(0);
  #isUpgraded = false;
  #noticed: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect({ host: LOOPBACK, port, noDelay: true });
    this.socket.on('data', (bytes) => this.#received(bytes));
    this.socket.on('error', () => undefined);
    this.closed = once(this.socket, 'close').then(() => this.#noticed());
  }

  get isClosed(): boolean {
    return this.socket.closed;
  }

  write(bytes: string | Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  send(frame: RawFrame): void {
    this.write(bytesOf(frame));
  }

  /** Waits until it heard so, or until the connection is gone. */
  async until(met: (heard: Heard) => boolean): Promise<void> {
    while (!met(this.heard) && !this.socket.closed)
      await new Promise<void>((resolve) => (this.#noticed = resolve));
  }

  #received(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (!this.#isUpgraded) this.#readHead();
    if (this.#isUpgraded) while (this.#readFrame());
    this.#noticed();
  }

  #readHead(): void {
    const end = this.#bytes.indexOf('\r\n\r\n');
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(this.#bytes.toString('latin1')) ?? [];
    if (end === -1 || status === undefined) return;
    this.heard.status ??= Number(status);
    this.#isUpgraded = status === '101';
    if (this.#isUpgraded) this.#bytes = this.#bytes.subarray(end + 4);
  }

  /** Servers do not mask. @returns whether there was a whole frame. */
  #readFrame(): boolean {
    const [first = 0] = this.#bytes;
    const bounds = payloadIn(this.#bytes);
    if (bounds === undefined || bounds.end > this.#bytes.length) return false;
    const payload = this.#bytes.subarray(bounds.start, bounds.end);
    this.#bytes = this.#bytes.subarray(bounds.end);
    const opcode = first & 0x0f;
    if (opcode === 8) this.heard.close ??= payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    if (opcode === 1)
      this.#heard(JSON.parse(payload.toString()) as { readonly type: string; readonly code?: string });
    return true;
  }

  #heard({ type, code }: { readonly type: string; readonly code?: string }): void {
    this.heard.codes.push(code ?? type);
  }
}
