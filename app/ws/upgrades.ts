import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import { retryAfterSeconds } from '../../contract/http.ts';
import { limits, resumeQuery, spokenVersions } from '../../contract/protocol.ts';
import { offered, type Authenticate, type Identity } from '../http/authenticate.ts';
import { internalProblem, ProblemError } from '../http/problem.ts';
import type { Readiness } from '../readiness/readiness.ts';
import type { SameSite } from '../http/same-site.ts';
import { TimeLimitError, withTimeLimit } from '../../model/time-limit.ts';
import type { Opening } from '../memory/types.ts';
import type { Position, Scope } from '../stores/types.ts';
import { Admissions } from './admissions.ts';
import { scopeOf } from './chat-path.ts';
import { ChatConnection, type Prepared, type Surroundings } from './connection.ts';
import type { Connections } from './connections.ts';
import { refuse } from './refuse.ts';
import type { Seats } from './seats.ts';

export interface UpgradeRules {
  readonly readiness: Readiness;
  readonly authenticate: Authenticate;
  readonly sameSite: SameSite;
  /** Whether handshakes are refused because the process is shutting down. */
  readonly refusing: () => boolean;
  /** A seat for each open connection, and each that is being opened. */
  readonly seats: Seats;
  /** Milliseconds until a handshake is accepted or refused. */
  readonly handshakeMs: number;
}

/** What is checked and loaded before a handshake is accepted. */
interface Admission extends Prepared {
  readonly identity: Identity;
  /** Gives back what the connection holds. */
  readonly leave: () => void;
}

/**
 * Answers handshakes. Everything that can fail is done before the handshake is accepted: never accept, then close.
 */
export class Upgrades {
  readonly #rules: UpgradeRules;
  readonly #around: Surroundings;
  readonly #connections: Connections;
  readonly #admissions = new Admissions();
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.readBytes,
    maxFragments: limits.fragments,
    handleProtocols: (offers) => spokenVersions.find((version) => offers.has(version)) ?? false,
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
    // The peer may disconnect during the checks. Node keeps a socket that the peer has ended open, for answers over HTTP.
    const gone = new AbortController();
    const leave = (): void => {
      gone.abort('The peer has gone.');
      socket.destroy();
    };
    socket.on('error', leave);
    socket.once('end', leave);
    try {
      await noticed();
      if (gone.signal.aborted) return;
      const admission = await this.#inTime(this.#admit(request, gone.signal));
      if (admission === undefined) return;
      if (socket.destroyed) admission.leave();
      else {
        socket.off('end', leave);
        socket.once('close', admission.leave);
        this.#server.handleUpgrade(request, socket, head, (accepted) => this.#accepted(accepted, admission));
      }
    } catch (error) {
      // One that is refused because it waited too long waits no more.
      gone.abort('The handshake was refused.');
      if (!(error instanceof ProblemError)) this.#around.log.error({ err: error }, 'A handshake failed');
      this.#refuse(socket, error instanceof ProblemError ? error : internalProblem());
    }
  }

  /** One that is admitted too late holds nothing. @throws ProblemError HANDSHAKE_TIMEOUT. */
  async #inTime(admitting: Promise<Admission | undefined>): Promise<Admission | undefined> {
    return withTimeLimit(admitting, this.#rules.handshakeMs).catch((error: unknown) => {
      if (!(error instanceof TimeLimitError)) throw error;
      admitting.then(
        (admission) => admission?.leave(),
        () => undefined,
      );
      this.#around.log.warn({ ms: this.#rules.handshakeMs }, 'A handshake was not finished in time');
      throw new ProblemError('HANDSHAKE_TIMEOUT', 'The conversation could not be opened in time.', {
        retryAfterSeconds,
      });
    });
  }

  /** @param gone aborted when the peer has given up. @returns none for one that is gone. */
  async #admit({ url = '', headers }: IncomingMessage, gone: AbortSignal): Promise<Admission | undefined> {
    const scope = scopeOf(url);
    this.#rules.sameSite.check(headers);
    checkSubprotocols(offered(headers));
    this.#checkReady();
    this.#rules.seats.check();
    const identity = await this.#rules.authenticate(headers, scope.patientId);
    const held = [await this.#rules.seats.take(scope.patientId)];
    const leave = (): void => held.splice(0).forEach((giveBack) => giveBack());
    try {
      const opened = await this.#admissions.admit(gone, async () => {
        const follower = await this.#around.sessions.follow(scope);
        held.push(() => this.#around.sessions.unfollow(scope, follower));
        return { follower, opening: await this.#open(scope, resumedAt(url)) };
      });
      if (opened === undefined) leave();
      // A dependency may have gone away meanwhile.
      else this.#checkReady();
      return opened && { scope, identity, ...opened, leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  #checkReady(): void {
    if (this.#rules.refusing())
      throw new ProblemError('DRAINING', 'This instance is shutting down; connect again to reach another.', {
        retryAfterSeconds,
      });
    const refusal = this.#rules.readiness.refusal();
    if (refusal) throw refusal;
  }

  async #open(scope: Scope, from: Position | undefined): Promise<Opening> {
    const { memory, historyLimit } = this.#around;
    return memory.open(scope, historyLimit, from).catch((cause: unknown) => {
      throw new ProblemError('NOT_READY', 'The conversation cannot be read now.', {
        retryAfterSeconds,
        cause,
      });
    });
  }

  #accepted(socket: WebSocket, { identity, ...prepared }: Admission): void {
    this.#around.metrics.handshakes.inc({ outcome: 'accepted' });
    const connection = new ChatConnection(socket, prepared, this.#around);
    if (identity.expiresAt !== undefined) connection.socket.closeAtExpiry(identity.expiresAt);
    this.#connections.add(connection);
  }

  #refuse(socket: Duplex, problem: ProblemError): void {
    this.#around.metrics.handshakes.inc({ outcome: problem.code });
    refuse(socket, problem);
  }
}

/** Resolves when the event loop has heard what came until now: of a peer that waited for long, perhaps that it has gone. */
async function noticed(): Promise<void> {
  await turnOfLoop();
  await turnOfLoop();
}

/** A client none of whose subprotocols is chosen closes the connection itself: an HTTP error tells it why. */
function checkSubprotocols(words: readonly string[]): void {
  if (words.length === 0 || spokenVersions.some((version) => words.includes(version))) return;
  throw new ProblemError(
    'BAD_REQUEST',
    `Subprotocols were offered, but none that is spoken here: ${spokenVersions.join(', ')}.`,
  );
}

/** What the client has of the session already; nothing when it does not say so, or not well. */
function resumedAt(url: string): Position | undefined {
  const query = new URL(url, 'ws://localhost').searchParams;
  const epoch = query.get(resumeQuery.epoch);
  const offset = query.get(resumeQuery.offset);
  if (!epoch || offset === null || !/^\d{1,15}$/.test(offset)) return undefined;
  return { epoch, offset: Number(offset) };
}
