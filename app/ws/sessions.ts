import { sessionKey } from '../message-key.ts';
import type { Memory } from '../memory/types.ts';
import type { Delta, Joining, Note, Replicas } from '../stores/replicas.ts';
import type { Position, Scope, SessionEvent } from '../stores/types.ts';
import { Rounds } from '../rounds.ts';
import { Follower } from './follower.ts';

/** Milliseconds between two looks at where the followed logs end: a note between replicas may be lost. */
const lookEveryMs = 10_000;

/** Most sessions asked for at once. */
const lookedAtOnce = 500;

interface Followed {
  readonly scope: Scope;
  readonly followers: Set<Follower>;
  /** The notes of other replicas. */
  readonly joining: Joining;
}

/** The sessions that connections of this process follow, and what is told of them here and by other replicas. */
export class Sessions {
  readonly #memory: Pick<Memory, 'events' | 'positions'>;
  readonly #replicas: Replicas;
  readonly #followed = new Map<string, Followed>();
  readonly #looks = new Rounds(() => this.look(), lookEveryMs);

  constructor(memory: Pick<Memory, 'events' | 'positions'>, replicas: Replicas) {
    this.#memory = memory;
    this.#replicas = replicas;
    replicas.onNote((scope, note) => this.#hear(scope, note));
    replicas.onGap(() => void this.look());
  }

  start(): void {
    this.#looks.start();
  }

  stop(): void {
    this.#looks.stop();
  }

  /** Follows a session, from now on. Resolves when other replicas' notes arrive too, or cannot. */
  async follow(scope: Scope): Promise<Follower> {
    const follower = new Follower((after) => this.#memory.events(scope, after));
    const key = sessionKey(scope);
    const followed = this.#followed.get(key) ?? {
      scope,
      joining: this.#replicas.join(scope),
      followers: new Set(),
    };
    this.#followed.set(key, followed);
    followed.followers.add(follower);
    await followed.joining.joined;
    return follower;
  }

  unfollow(scope: Scope, follower: Follower): void {
    follower.end();
    const key = sessionKey(scope);
    const followed = this.#followed.get(key);
    followed?.followers.delete(follower);
    if (followed?.followers.size !== 0) return;
    followed.joining.leave();
    this.#followed.delete(key);
  }

  /** Tells of an event that was committed here. */
  tell(scope: Scope, event: SessionEvent, isRemembered = false): void {
    this.#spread(scope, { type: 'event', event, isRemembered });
  }

  /** Tells the followers here of an event that others were told of already. */
  tellHere(scope: Scope, event: SessionEvent): void {
    this.#hear(scope, { type: 'event', event, isRemembered: false });
  }

  delta(scope: Scope, delta: Delta): void {
    this.#spread(scope, { type: 'delta', delta });
  }

  /** Looks where the followed logs end, for what no note told of. Never rejects. */
  async look(): Promise<void> {
    const scopes = [...this.#followed.values()].map(({ scope }) => scope);
    for (let at = 0; at < scopes.length; at += lookedAtOnce) {
      await this.#lookAt(scopes.slice(at, at + lookedAtOnce)).catch(() => undefined);
    }
  }

  async #lookAt(scopes: readonly Scope[]): Promise<void> {
    const positions = await this.#memory.positions(scopes);
    for (const position of positions) this.#reach(position, position);
  }

  #spread(scope: Scope, note: Note): void {
    this.#hear(scope, note);
    this.#replicas.tell(scope, note);
  }

  #hear(scope: Scope, note: Note): void {
    for (const follower of this.#followed.get(sessionKey(scope))?.followers ?? []) hand(follower, note);
  }

  #reach(scope: Scope, position: Position): void {
    for (const follower of this.#followed.get(sessionKey(scope))?.followers ?? []) follower.reach(position);
  }
}

function hand(follower: Follower, note: Note): void {
  if (note.type === 'delta') return follower.delta(note.delta);
  follower.offer(note.event);
  if (note.isRemembered) follower.memory();
}
