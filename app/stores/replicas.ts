import type { FrameOf } from '../../contract/protocol.ts';
import type { Scope, SessionEvent } from './types.ts';

/** A piece of the answer to message `id`, and where in the answer it stands. */
export type Delta = Omit<FrameOf<'delta'>, 'type'>;

/** What one replica tells the others of a session. */
export type Note =
  | { readonly type: 'event'; readonly event: SessionEvent; readonly isRemembered: boolean }
  | { readonly type: 'delta'; readonly delta: Delta };

export interface Joining {
  /** Resolves when the notes of others arrive, or when they cannot for now. Never rejects. */
  readonly joined: Promise<void>;
  readonly leave: () => void;
}

/**
 * What the replicas of a backend tell each other. Nothing depends on it for good: an event that was not told is found in
 * the record, and a piece of an answer comes with the whole.
 */
export interface Replicas {
  /** Receives the notes of other replicas about a session. */
  join(scope: Scope): Joining;
  tell(scope: Scope, note: Note): void;
  /** Asks the replica that makes an answer to stop. @throws Error when nobody can be told. */
  stop(scope: Scope, messageId: string): Promise<void>;
  /** Tells the others that answers were given up, for one of them to make. */
  owe(): void;
  /** The pieces told lately of answers in a session: for who comes in the middle of one. Never rejects. */
  deltas(scope: Scope): Promise<readonly Delta[]>;
  onNote(listener: (scope: Scope, note: Note) => void): void;
  onStop(listener: (scope: Scope, messageId: string) => void): void;
  onOwed(listener: () => void): void;
  /** Notes may have been lost: the connection to the others was. */
  onGap(listener: () => void): void;
  close(): Promise<void>;
}

const nobody: Joining = { joined: Promise.resolve(), leave: () => undefined };

/** A backend whose record is its own has no other replica. */
export const alone: Replicas = {
  join: () => nobody,
  tell: () => undefined,
  stop: () => Promise.resolve(),
  owe: () => undefined,
  deltas: () => Promise.resolve([]),
  onNote: () => undefined,
  onStop: () => undefined,
  onOwed: () => undefined,
  onGap: () => undefined,
  close: () => Promise.resolve(),
};
