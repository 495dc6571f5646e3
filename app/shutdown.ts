import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './observability/logger.ts';

/** What a shutdown does, in order. */
export interface Ending {
  readonly log: Logger;
  /** How long the unready process still serves, until load balancers have noticed. */
  readonly endpointWaitMs: number;
  /** Takes up no further answers that others left. */
  readonly stopCatchingUp: () => void;
  /** Hands over what the connections wait for, and closes them, for clients to reconnect elsewhere. */
  readonly drain: () => Promise<void>;
  /** How long new requests of these clients are still answered: dials to a process that is gone time out. */
  readonly lingerMs: number;
  /** Resolves when no answer is in progress any more. */
  readonly answersIdle: () => Promise<void>;
  /** Gives up the rest, for another process to make. */
  readonly handOver: () => Promise<void>;
  /** Servers, then gates and stores. */
  readonly close: readonly (() => Promise<void> | void)[];
}

/** Time limit for answers whose connection is gone. */
const lastAnswersMs = 3_000;

/**
 * Unready → wait until load balancers have noticed → refuse handshakes → hand over owed answers and close connections →
 * linger → close. Never rejects: an error of one step is logged, and the further steps are done.
 */
export class Shutdown {
  #phase: 'serving' | 'leaving' | 'refusing' = 'serving';
  #done: Promise<void> | undefined;

  /** Whether the process must report itself unready. */
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
    ending.stopCatchingUp();
    await ending.drain();
    await pause(ending.lingerMs);
    await Promise.race([ending.answersIdle(), pause(lastAnswersMs, undefined, { ref: false })]);
    for (const close of [ending.handOver, ...ending.close])
      await Promise.resolve(close()).catch((error: unknown) =>
        log.warn({ err: error }, 'Something did not close'),
      );
    log.info('Shut down');
  }
}
