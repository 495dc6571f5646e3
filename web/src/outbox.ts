import type { ErrorCode } from '../../model/errors.ts';
import type { ClientFrame, ServerFrame } from '../../contract/protocol.ts';

/** Errors that sending again does not change. */
const hopeless: readonly ErrorCode[] = ['BAD_FRAME', 'ID_REUSED'];

/** Messages that are not acknowledged yet, oldest first, each once. */
export class Outbox {
  readonly #kept: Map<string, ClientFrame>;
  readonly #changed: (frames: readonly ClientFrame[]) => void;

  constructor(unsent: readonly ClientFrame[], changed: (frames: readonly ClientFrame[]) => void) {
    this.#kept = new Map(unsent.map((frame) => [frame.id, frame]));
    this.#changed = changed;
  }

  get frames(): readonly ClientFrame[] {
    return [...this.#kept.values()];
  }

  keep(frame: ClientFrame): void {
    this.#kept.set(frame.id, frame);
    this.#changed(this.frames);
  }

  /** Removes the message a frame settles: acknowledged, or refused for good. */
  heard(frame: ServerFrame): void {
    const id = settledBy(frame);
    if (id !== undefined && this.#kept.delete(id)) this.#changed(this.frames);
  }
}

function settledBy(frame: ServerFrame): string | undefined {
  if (frame.type === 'ack') return frame.id;
  if (frame.type === 'error' && hopeless.some((code) => code === frame.code)) return frame.id;
  return undefined;
}
