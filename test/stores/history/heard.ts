import type { ServerFrame } from '../../../contract/protocol.ts';
import type { Position, Scope } from '../../../app/stores/types.ts';

/** Numbers what is seen, in the order in which it is seen. */
export class Sequence {
  #last = 0;

  next(): number {
    return (this.#last += 1);
  }
}

/** One connection as its client saw it. */
export interface Heard {
  /** Whose it is, for people. */
  readonly by: string;
  readonly scope: Scope;
  /** What its handshake asked to go on from. */
  readonly from: Position | undefined;
  /** When its handshake began. */
  readonly beganAt: number;
  readonly frames: { readonly at: number; readonly frame: ServerFrame }[];
  /** What came and is no frame of the contract. */
  readonly unreadable: string[];
  isOpen: boolean;
}

/** The offset of the event that a frame tells. */
export function offsetOf(frame: ServerFrame): number | undefined {
  if (frame.type === 'welcome' || frame.type === 'session') return undefined;
  return 'offset' in frame ? frame.offset : undefined;
}

/** How far a connection was told of its log. */
export function reached({ frames, from }: Heard): number {
  return frames.reduce((far, { frame }) => {
    if (frame.type !== 'welcome') return Math.max(far, offsetOf(frame) ?? 0);
    return frame.recovered ? (from?.offset ?? 0) : frame.offset;
  }, 0);
}
