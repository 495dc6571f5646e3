import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { retryAfterSeconds } from '../../contract/http.ts';
import { limits, subprotocols, type Turn } from '../../contract/protocol.ts';
import { offered, type Authenticate, type Identity } from '../http/authenticate.ts';
import { internalProblem, ProblemError } from '../http/problem.ts';
import type { Readiness } from '../readiness/readiness.ts';
import type { SameSite } from '../http/same-site.ts';
import type { Scope } from '../stores/types.ts';
import { scopeOf } from './chat-path.ts';
import { ChatConnection, type Surroundings } from './connection.ts';
import type { Connections } from './connections.ts';
import { refuse } from './refuse.ts';

/** Caps the fragments of one message, so that a peer cannot make the server buffer without bound. */
const mostFragments = 64;

export interface UpgradeRules {
  readonly readiness: Readiness;
  readonly authenticate: Authenticate;
  readonly sameSite: SameSite;
  /** Whether handshakes are refused because the process is shutting down. */
  readonly refusing: () => boolean;
}

/** What is checked and loaded before a handshake is accepted. */
interface Admission {
  readonly scope: Scope;
  readonly identity: Identity;
  readonly history: readonly Turn[];
}

/**
 * Answers handshakes. Everything that can fail is done before the handshake is accepted: never accept, then close.
 */
export class Upgrades {
  readonly #rules: UpgradeRules;
  readonly #around: Surroundings;
  readonly #connections: Connections;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    maxFragments: mostFragments,
    handleProtocols: (protocols) => protocols.has(subprotocols.chat) && subprotocols.chat,
  });

  constructor(rules: UpgradeRules, around: Surroundings, connections: Connections) {
    this.#rules = rules;
    this.#around = around;
    this.#connections = connections;
    this.#server.on('wsClientError', (error, socket) =>
      this.#refuse(socket, new ProblemError('BAD_REQUEST', `${error.message}.`)),
    );
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => void this.#answer(request, socket, head));
  }

  async #answer(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // The peer may disconnect during the checks.
    socket.on('error', () => socket.destroy());
    try {
      const admission = await this.#admit(request);
      if (!socket.destroyed)
        this.#server.handleUpgrade(request, socket, head, (accepted) => this.#accepted(accepted, admission));
    } catch (error) {
      if (!(error instanceof ProblemError)) this.#around.log.error({ err: error }, 'A handshake failed');
      this.#refuse(socket, error instanceof ProblemError ? error : internalProblem());
    }
  }

  async #admit({ url = '', headers }: IncomingMessage): Promise<Admission> {
    const scope = scopeOf(url);
    this.#rules.sameSite.check(headers);
    checkSubprotocols(offered(headers));
    this.#checkReady();
    const identity = await this.#rules.authenticate(headers, scope.patientId);
    const history = await this.#history(scope);
    // A dependency may have gone away meanwhile.
    this.#checkReady();
    return { scope, identity, history };
  }

  #checkReady(): void {
    if (this.#rules.refusing())
      throw new ProblemError('DRAINING', 'This instance is shutting down; connect again to reach another.', {
        retryAfterSeconds,
      });
    const refusal = this.#rules.readiness.refusal();
    if (refusal) throw refusal;
  }

  async #history(scope: Scope): Promise<Turn[]> {
    const { memory, historyLimit } = this.#around;
    return memory.history(scope, historyLimit).catch((cause: unknown) => {
      throw new ProblemError('NOT_READY', 'The conversation cannot be read now.', {
        retryAfterSeconds,
        cause,
      });
    });
  }

  #accepted(socket: WebSocket, { scope, identity, history }: Admission): void {
    this.#around.metrics.handshakes.inc({ outcome: 'accepted' });
    const connection = new ChatConnection(socket, scope, history, this.#around);
    if (identity.expiresAt !== undefined) connection.socket.closeAtExpiry(identity.expiresAt);
    this.#connections.add(connection);
  }

  #refuse(socket: Duplex, problem: ProblemError): void {
    this.#around.metrics.handshakes.inc({ outcome: problem.code });
    refuse(socket, problem);
  }
}

/** A client none of whose subprotocols is chosen closes the connection itself: an HTTP error tells it why. */
function checkSubprotocols(words: readonly string[]): void {
  if (words.length === 0 || words.includes(subprotocols.chat)) return;
  throw new ProblemError(
    'BAD_REQUEST',
    `Subprotocols were offered, but not "${subprotocols.chat}", the one that is spoken here.`,
  );
}
