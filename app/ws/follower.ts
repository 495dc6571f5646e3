import type { Position, SessionEvent } from '../stores/types.ts';
import type { Delta } from '../stores/replicas.ts';

/** Hears what happens in a session. */
export interface Listener {
  /** The log was begun, and has this epoch; or it is another one than before, and nothing more is told. */
  log(position: Position): void;
  /** The next event: in the order of offsets, each once. */
  event(event: SessionEvent): void;
  delta(delta: Delta): void;
  /** What is remembered of the patient may have changed. */
  memory(): void;
}

/** Reads events after an offset, in order; some of them when there are many. */
export type ReadEvents = (after: number) => Promise<readonly SessionEvent[]>;

/** Most events that wait for `begin`; what is beyond is read from the record then. */
const mostWaiting = 100;

/** One connection's way through a session's log. What reaches it out of order is read from the record. */
export class Follower {
  readonly #read: ReadEvents;
  #listener: Listener | undefined;
  #position: Position = { epoch: '', offset: 0 };
  /** How far the log is known to have got. */
  #end = 0;
  #waiting: SessionEvent[] = [];
  #isReading = false;

  constructor(read: ReadEvents) {
    this.#read = read;
  }

  /** Tells everything after `position` from now on, also what was offered before. */
  begin(position: Position, listener: Listener): void {
    this.#position = position;
    this.#listener = listener;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.offer(event);
    this.reach({ epoch: this.#position.epoch, offset: this.#end });
  }

  end(): void {
    this.#listener = undefined;
    this.#waiting = [];
  }

  /** An event that was committed. */
  offer(event: SessionEvent): void {
    if (this.#listener === undefined) {
      if (this.#waiting.length < mostWaiting) this.#waiting.push(event);
      else this.#end = Math.max(this.#end, event.turn.offset);
      return;
    }
    const { offset } = event.turn;
    if (!this.#isOf({ epoch: event.epoch, offset }) || offset <= this.#position.offset) return;
    if (offset > this.#position.offset + 1) return this.reach({ epoch: event.epoch, offset });
    this.#position = { ...this.#position, offset };
    this.#listener.event(event);
  }

  /** The log has got so far; what lies before is read and told, as far as the record can be read now. */
  reach(position: Position): void {
    if (!this.#isOf(position)) return;
    this.#end = Math.max(this.#end, position.offset);
    if (!this.#isReading && this.#end > this.#position.offset) void this.#catchUp();
  }

  delta(delta: Delta): void {
    this.#listener?.delta(delta);
  }

  memory(): void {
    this.#listener?.memory();
  }

  /** Whether an epoch is that of the log that is followed. The first one begins it. */
  #isOf(position: Position): boolean {
    const { epoch } = this.#position;
    if (this.#listener === undefined) return false;
    if (epoch === position.epoch) return true;
    if (epoch !== '') {
      this.#listener.log(position);
      this.end();
      return false;
    }
    this.#position = { epoch: position.epoch, offset: 0 };
    this.#listener.log(this.#position);
    return true;
  }

  async #catchUp(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#listener !== undefined && this.#end > this.#position.offset) {
        const before = this.#position.offset;
        for (const event of await this.#read(before)) this.offer(event);
        if (this.#position.offset === before) break;
      }
      this.memory();
    } catch {
      // The next event, or the next look at the log's end, tries again.
    } finally {
      this.#isReading = false;
    }
  }
}
