import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  retryAfterSeconds,
  type IndexReport,
  type ModelReport,
  type Readyz,
  type Status,
} from '../../contract/http.ts';
import type { AnswerMode } from '../../contract/protocol.ts';
import { reportVersion, type GateReport } from '../../model/report.ts';
import { ProblemError } from '../http/problem.ts';
import { productOf } from './dependencies.ts';

/** What readiness is derived from. */
export interface ReadinessSources {
  readonly gates: () => GateReport[];
  readonly draining: () => boolean;
  readonly mode: AnswerMode;
  readonly models: () => readonly ModelReport[];
  readonly index: () => IndexReport;
  /** Why search is by words only; none while it is by meaning too. */
  readonly searchesByWordsOnly: () => string | undefined;
  /** Whether this process has as many connections as it takes. */
  readonly isFull: () => boolean;
}

/** Questions that are held until readiness differs; further ones are answered at once. */
const mostHeld = 16;

/** Whether this process accepts connections, and the reason, as codes and in words. */
export class Readiness {
  readonly #sources: ReadinessSources;
  readonly #news = new EventEmitter<{ news: [] }>().setMaxListeners(mostHeld);

  constructor(sources: ReadinessSources) {
    this.#sources = sources;
  }

  /** `/readyz` with every detail. */
  detailed(): Readyz {
    const gates = this.#sources.gates();
    const reason = this.#sources.draining() ? 'Draining' : reasonOf(gates);
    return {
      version: reportVersion,
      ready: reason === 'Ready' || reason === 'Degraded',
      reason,
      gates,
      models: [...this.#sources.models()],
      index: this.#sources.index(),
      revision: revisionOf(reason, gates),
    };
  }

  /**
   * Resolves once the revision is another than this one; at the latest after so long, when the signal is aborted, or when
   * the process shuts down.
   */
  async differs(revision: string | undefined, waitMs: number, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
    while (this.#isHeld(revision, until))
      await once(this.#news, 'news', { signal: until }).catch(() => undefined);
  }

  /** Something that readiness is derived from has changed. */
  changed(): void {
    this.#news.emit('news');
  }

  #isHeld(revision: string | undefined, until: AbortSignal): boolean {
    if (until.aborted || this.#sources.draining() || this.#news.listenerCount('news') >= mostHeld)
      return false;
    return this.detailed().revision === revision;
  }

  /** `/api/status`: without addresses and client errors. A full process is ready to all but those who would connect. */
  status(): Status {
    const { ready: isReady, reason: why, gates } = this.detailed();
    const isFull = isReady && this.#sources.isFull();
    const [ready, reason] = isFull ? [false, 'Full' as const] : [isReady, why];
    return {
      ready,
      reason,
      message: this.#message(reason, gates),
      retryAfterSeconds: ready || reason === 'Draining' ? null : retryAfterSeconds,
      mode: this.#sources.mode,
      search: this.#sources.searchesByWordsOnly() === undefined ? 'meaning' : 'words',
      dependencies: gates.map(({ name, state }) => ({ name, state })),
    };
  }

  /** Why a handshake must be refused now; `undefined` when it may be accepted. Draining alone is no reason. */
  refusal(): ProblemError | undefined {
    const gates = this.#sources.gates();
    if (reasonOf(gates) !== 'WaitingForDependencies') return undefined;
    return new ProblemError('NOT_READY', this.#message('WaitingForDependencies', gates), {
      reasons: away(gates).map((product) => `${product} is away`),
      retryAfterSeconds,
    });
  }

  #message(reason: Readyz['reason'] | 'Full', gates: readonly GateReport[]): string {
    const names = away(gates).join(' and ');
    const messages: Record<typeof reason, string> = {
      Ready: 'Everything answers.',
      Degraded: `${names} is away: search is unavailable, so answers may know less.`,
      WaitingForDependencies: `Waiting for ${names}.`,
      Full: 'Too many are connected to this instance now.',
      Draining: 'This instance is shutting down; connect again to reach another.',
    };
    return messages[reason];
  }
}

/** Of what readers act upon: how often a store was dialled changes all the time. */
function revisionOf(reason: Readyz['reason'], gates: readonly GateReport[]): string {
  const told = gates.map(({ name, state, since, lastError }) => [name, state, since, lastError]);
  return createHash('sha256')
    .update(JSON.stringify([reason, told]))
    .digest('base64url')
    .slice(0, 16);
}

function away(gates: readonly GateReport[]): string[] {
  return gates.filter(({ state }) => state !== 'open').map(({ name }) => productOf(name));
}

function reasonOf(gates: readonly GateReport[]): Exclude<Readyz['reason'], 'Draining'> {
  const states = gates.map(({ state }) => state);
  if (states.includes('closed')) return 'WaitingForDependencies';
  return states.includes('degraded') ? 'Degraded' : 'Ready';
}
