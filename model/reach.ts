/**
 * Calls into a running stack, for a kind's check and rotation. An interface only: `deploy/` implements it through the
 * API server. Every call goes to a ready pod of the service and rejects where there is none.
 */
export interface Reach {
  /** One HTTP request to a port of a service. Rejects when nothing answers within `timeoutMs`. */
  http(to: ServicePort, request: ReachRequest): Promise<ReachAnswer>;
  /** A WebSocket to a port of a service. Rejects with `HandshakeRefused` when it is answered but not upgraded. */
  webSocket(to: ServicePort, request: SocketRequest): Promise<ReachSocket>;
  /** Runs a command in a service's container, as `kubectl exec` does. Audit logs hold the command: pass no secret. */
  exec(service: string, command: readonly string[], timeoutMs: number): Promise<Ran>;
  /** Forwards a loopback port of this machine to a port of a service, for a client library that dials a host. */
  forward(to: ServicePort): Promise<Forward>;
}

/** One named port of one service of the stack. */
export interface ServicePort {
  readonly service: string;
  readonly port: string;
}

export interface ReachRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface ReachAnswer {
  readonly status: number;
  /** Bounded to 1 MiB. */
  readonly text: string;
}

export interface SocketRequest {
  readonly path: string;
  readonly protocols?: readonly string[];
  /** For the handshake, and for each message after it. */
  readonly timeoutMs: number;
}

export interface ReachSocket {
  /** The pod at the other end. */
  readonly pod: string;
  send(text: string): void;
  /** Text messages in order; ends when the peer closes, rejects when one takes longer than `timeoutMs`. */
  readonly messages: AsyncIterable<string>;
  close(): void;
}

/** A command that ran; `code` is 0 when it ended well. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Forward {
  readonly host: string;
  readonly port: number;
  close(): void;
}

/** A WebSocket handshake answered without an upgrade. */
export class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused';
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the handshake was answered with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** A check that did not pass. `final`: a retry cannot help, as with refused credentials. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
  readonly final: boolean;

  constructor(message: string, { final = false }: { readonly final?: boolean } = {}) {
    super(message);
    this.final = final;
  }
}
