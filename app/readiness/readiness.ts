import { retryAfterSeconds, type Readyz, type Status } from '../../contract/http.ts';
import type { AnswerMode } from '../../contract/protocol.ts';
import { reportVersion, type GateReport } from '../../model/report.ts';
import { ProblemError } from '../http/problem.ts';
import { productOf } from './dependencies.ts';

/** What readiness is derived from. */
export interface ReadinessSources {
  readonly gates: () => GateReport[];
  readonly draining: () => boolean;
  readonly mode: AnswerMode;
  /** Whether this process has as many connections as it takes. */
  readonly isFull: () => boolean;
}

/** Whether this process accepts connections, and the reason, as codes and in words. */
export class Readiness {
  readonly #sources: ReadinessSources;

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
    };
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

function away(gates: readonly GateReport[]): string[] {
  return gates.filter(({ state }) => state !== 'open').map(({ name }) => productOf(name));
}

function reasonOf(gates: readonly GateReport[]): Exclude<Readyz['reason'], 'Draining'> {
  const states = gates.map(({ state }) => state);
  if (states.includes('closed')) return 'WaitingForDependencies';
  return states.includes('degraded') ? 'Degraded' : 'Ready';
}
