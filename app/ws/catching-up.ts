import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { firstLine } from '../../dial/client-errors.ts';
import type { Memory } from '../memory/types.ts';
import type { Logger } from '../observability/logger.ts';
import { Rounds } from '../rounds.ts';
import type { Answers } from './answers.ts';

/** Milliseconds between two rounds. */
const everyMs = 2_000;

/** Most answers taken up in one round; the next begins when they are made. */
const mostAnswers = 8;

interface Parts {
  readonly memory: Memory;
  readonly answers: Answers;
  /** Whether a store may be used now. */
  readonly isOpen: (name: string) => boolean;
  readonly log: Logger;
}

/** Does what processes that ended left undone: owed answers, and facts that the search index lacks. */
export class CatchingUp {
  readonly #parts: Parts;
  readonly #rounds = new Rounds(() => this.round(), everyMs);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#rounds.start();
  }

  /** There is something to do. */
  hurry(): void {
    this.#rounds.hurry();
  }

  stop(): void {
    this.#rounds.stop();
  }

  /** Never rejects: what fails is left to the next round. */
  async round(): Promise<void> {
    const { isOpen, log } = this.#parts;
    if (!isOpen(neo4jName)) return;
    const rounds = [this.#answer(), ...(isOpen(qdrantName) ? [this.#parts.memory.reindex()] : [])];
    for (const { reason } of (await Promise.allSettled(rounds)).filter(hasFailed))
      log.debug({ reason: firstLine(reason) }, 'A round of catching up failed');
  }

  async #answer(): Promise<void> {
    const { memory, answers, log } = this.#parts;
    const owed = await memory.owed(mostAnswers);
    if (owed.length > 0) log.info({ answers: owed.length }, 'Taking up owed answers');
    const taken = owed.map(({ patientId, sessionId, messageId, text }) =>
      answers.claim({ patientId, sessionId }, { id: messageId, text }),
    );
    for (const answer of taken) answer.begin();
    await Promise.all(taken.map(({ ended }) => ended));
  }
}

const hasFailed = (result: PromiseSettledResult<void>): result is PromiseRejectedResult =>
  result.status === 'rejected';
