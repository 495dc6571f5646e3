import type { GateState } from '../../model/report.ts';
import { EventEmitter } from 'node:events';
import { storeGates } from '../../contract/chat-stack.ts';
import type { Gate } from '../../contract/http.ts';
import { storeNames, type StoreName } from '../../contract/services/backend-variables.ts';
import { GateKeeper, type Dial } from './gate-keeper.ts';

/** What the gates tell the rest of the house. */
interface GateEvents {
  /** A gate is in another state than before. */
  changed: [gate: Gate, before: GateState];
  /** A store answered for the first time. */
  initialized: [name: StoreName];
  /** Every store was open at once, for the first time. */
  ready: [];
  /** A dial failed; `explanation` is for people. Sent again for the same reason after 10 s at the earliest. */
  failed: [gate: Gate, explanation: string];
}

/** The state of every store, dialled for as long as the app runs. */
export class Gates extends EventEmitter<GateEvents> {
  readonly #keepers: ReadonlyMap<StoreName, GateKeeper>;
  #wasReady = false;

  /** @param dials how each store is asked, and how a failure is explained. */
  constructor(dials: Readonly<Record<StoreName, Dial>>) {
    super();
    this.#keepers = new Map(
      storeNames.map((name) => [
        name,
        new GateKeeper(name, dials[name], {
          stateWhenAway: () => this.#stateWhenAway(name),
          changed: (gate, before) => this.#changed(gate, before),
          initialized: () => this.emit('initialized', name),
          failed: (gate, explanation) => this.emit('failed', gate, explanation),
        }),
      ]),
    );
  }

  start(): void {
    for (const keeper of this.#keepers.values()) keeper.start();
  }

  stop(): void {
    for (const keeper of this.#keepers.values()) keeper.stop();
  }

  /** Every gate, as `/readyz` shows it. */
  list(): Gate[] {
    return [...this.#keepers.values()].map((keeper) => keeper.gate);
  }

  state(name: StoreName): GateState {
    return this.#keepers.get(name)?.gate.state ?? 'closed';
  }

  /** An operation failed: the store is dialled at once, whatever the schedule says. */
  suspect(name: StoreName): void {
    this.#keepers.get(name)?.dialNow();
  }

  /** Resolves once every store was open at the same time. */
  async firstReady(): Promise<void> {
    if (this.#wasReady) return;
    await new Promise<void>((resolve) => this.once('ready', resolve));
  }

  #stateWhenAway(name: StoreName): GateState {
    if (storeGates[name] === 'none') return 'degraded';
    return storeGates[name] === 'first' && this.#wasReady ? 'degraded' : 'closed';
  }

  #changed(gate: Gate, before: GateState): void {
    this.emit('changed', gate, before);
    if (this.#wasReady || this.list().some(({ state }) => state !== 'open')) return;
    this.#wasReady = true;
    this.emit('ready');
  }
}
