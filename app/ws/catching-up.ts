import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { firstLine } from '../../dial/client-errors.ts';
import type { Memory } from '../memory/types.ts';
import type { Logger } from '../observability/logger.ts';
import { Rounds } from '../rounds.ts';
import { GroupCommit } from '../stores/group-commit.ts';
import type { Answers, RunningAnswer } from './answers.ts';

/** Milliseconds between two rounds. */
const everyMs = 2_000;

/** Most answers taken up at once; the next ones when they are made. */
const mostAnswers = 32;

interface Parts {
  readonly memory: Memory;
  readonly answers: Answers;
  /** Whether a store may be used now. */
  readonly isOpen: (name: string) => boolean;
  readonly log: Logger;
}

/**
 * Does what processes that ended left undone: owed answers, and facts that the search index lacks. Reads facts from messages
 * that none were read from.
 */
export class CatchingUp {
  readonly #parts: Parts;
  readonly #rounds = new Rounds(() => this.round(), everyMs);
  /** Of their own: a call to a model may take minutes, for which nothing else waits. */
  readonly #readings = new Rounds(() => this.#read(), everyMs);

  /** A process that leaves gives each session's answers away with a note of its own: all of them need one look. */
  readonly #looks = new GroupCommit<undefined, readonly RunningAnswer[]>(async (asked) => {
    const taken = await this.#takeUp();
    return asked.map(() => taken);
  });

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#rounds.start();
    this.#readings.start();
  }

  /** There is something to do. */
  hurry(): void {
    this.#rounds.hurry();
  }

  stop(): void {
    this.#rounds.stop();
    this.#readings.stop();
  }

  /** Never rejects: what fails is left to the next round. */
  async round(): Promise<void> {
    const { isOpen, log } = this.#parts;
    if (!isOpen(neo4jName)) return;
    const rounds = [this.#answer(), ...(isOpen(qdrantName) ? [this.#parts.memory.reindex()] : [])];
    for (const { reason } of (await Promise.allSettled(rounds)).filter(hasFailed))
      log.debug({ reason: firstLine(reason) }, 'A round of catching up failed');
  }

  async #read(): Promise<void> {
    const { isOpen, memory, log } = this.#parts;
    if (!isOpen(neo4jName)) return;
    await memory
      .readFacts()
      .catch((error: unknown) => log.debug({ reason: firstLine(error) }, 'A round of reading facts failed'));
  }

  /** Makes what is owed, until there is no more of it, or none of it can be made. */
  async #answer(): Promise<void> {
    for (;;) {
      const taken = await this.#looks.add(undefined);
      const ended = await Promise.all(taken.map((answer) => answer.ended));
      if (taken.length < mostAnswers || !ended.some((how) => typeof how === 'object')) return;
    }
  }

  async #takeUp(): Promise<readonly RunningAnswer[]> {
    const { memory, answers, log } = this.#parts;
    const owed = await memory.owed(mostAnswers);
    if (owed.length > 0) log.info({ answers: owed.length }, 'Taking up owed answers');
    const taken = owed.map(({ patientId, sessionId, messageId, text }) =>
      answers.claim({ patientId, sessionId }, { id: messageId, text }),
    );
    for (const answer of taken) answer.begin();
    return taken;
  }
}

const hasFailed = (result: PromiseSettledResult<void>): result is PromiseRejectedResult =>
  result.status === 'rejected';
