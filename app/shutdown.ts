import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './observability/logger.ts';

/** What a shutdown ends, in order. */
export interface Ending {
  readonly log: Logger;
  /** How long an unready process still serves, until balancers know. */
  readonly endpointWaitMs: number;
  /** Over how long connections are sent elsewhere. */
  readonly closeSpreadMs: number;
  readonly drain: (spreadMs: number) => Promise<void>;
  /** How long those sent away are still answered: a process that is gone would swallow what they ask. */
  readonly lingerMs: number;
  /** Resolves when no answer is owed any more. */
  readonly answersIdle: () => Promise<void>;
  readonly abortAnswers: () => void;
  /** Servers, then gates and stores. */
  readonly close: readonly (() => Promise<void> | void)[];
}

/** Answers nobody waits for any more are still stored for the next visit, if they come to an end this soon. */
const lastAnswersMs = 3_000;

/**
 * Unready → wait while balancers notice → refuse handshakes → send connections elsewhere → linger → close. Never
 * rejects: what cannot be closed is logged, and the rest is closed all the same.
 */
export class Shutdown {
  #phase: 'serving' | 'leaving' | 'refusing' = 'serving';
  #done: Promise<void> | undefined;

  /** Whether readiness must say no. */
  get draining(): boolean {
    return this.#phase !== 'serving';
  }

  /** Whether handshakes must be refused. */
  get refusing(): boolean {
    return this.#phase === 'refusing';
  }

  run(ending: Ending): Promise<void> {
    this.#done ??= this.#run(ending);
    return this.#done;
  }

  async #run(ending: Ending): Promise<void> {
    const { log } = ending;
    this.#phase = 'leaving';
    log.info('Shutting down: unready from now on');
    await pause(ending.endpointWaitMs);
    this.#phase = 'refusing';
    await ending.drain(ending.closeSpreadMs);
    await pause(ending.lingerMs);
    await Promise.race([ending.answersIdle(), pause(lastAnswersMs, undefined, { ref: false })]);
    ending.abortAnswers();
    for (const close of ending.close)
      await Promise.resolve(close()).catch((error: unknown) =>
        log.warn({ err: error }, 'Something did not close'),
      );
    log.info('Shut down');
  }
}
