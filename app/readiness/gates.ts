import { EventEmitter } from 'node:events';
import type { GateReport, GateState } from '../../model/report.ts';
import type { Gate } from '../../model/stack.ts';
import { GateKeeper, type Dial } from './gate-keeper.ts';

/** One gate: how its dependency is asked, and what its absence means. */
export interface GateRule {
  readonly name: string;
  readonly gate: Gate;
  readonly dial: Dial;
}

interface GateEvents {
  /** A gate is in another state than before. */
  changed: [gate: GateReport, before: GateState];
  /** A dependency answered for the first time. */
  initialized: [name: string];
  /** Every gate was open at the same time, for the first time. */
  ready: [];
  /** A dial failed; `explanation` is for people. Repeated for the same reason after 10 s at the earliest. */
  failed: [gate: GateReport, explanation: string];
}

/** The state of every dependency, dialled for as long as the app runs. */
export class Gates extends EventEmitter<GateEvents> {
  readonly #keepers: ReadonlyMap<string, GateKeeper>;
  #wasReady = false;

  constructor(rules: readonly GateRule[]) {
    super();
    this.#keepers = new Map(rules.map((rule) => [rule.name, this.#keeperOf(rule)]));
  }

  start(): void {
    for (const keeper of this.#keepers.values()) keeper.start();
  }

  stop(): void {
    for (const keeper of this.#keepers.values()) keeper.stop();
  }

  /** Every gate, as `/readyz` shows it. */
  list(): GateReport[] {
    return [...this.#keepers.values()].map((keeper) => keeper.gate);
  }

  state(name: string): GateState {
    return this.#keepers.get(name)?.gate.state ?? 'closed';
  }

  /** An operation failed: dials at once, regardless of the schedule. */
  suspect(name: string): void {
    this.#keepers.get(name)?.dialNow();
  }

  /** An open connection closed. While the dependency is away this is no news: a dial that fails closes its own. */
  lost(name: string): void {
    if (this.state(name) === 'open') this.suspect(name);
  }

  /** Resolves once every gate was open at the same time. */
  async firstReady(): Promise<void> {
    if (this.#wasReady) return;
    await new Promise<void>((resolve) => this.once('ready', resolve));
  }

  #keeperOf({ name, gate, dial }: GateRule): GateKeeper {
    return new GateKeeper(name, dial, {
      stateWhenAway: () => this.#stateWhenAway(gate),
      changed: (report, before) => this.#changed(report, before),
      initialized: () => this.emit('initialized', name),
      failed: (report, explanation) => this.emit('failed', report, explanation),
    });
  }

  #stateWhenAway(gate: Gate): GateState {
    if (gate === 'none') return 'degraded';
    return gate === 'first' && this.#wasReady ? 'degraded' : 'closed';
  }

  #changed(gate: GateReport, before: GateState): void {
    this.emit('changed', gate, before);
    if (this.#wasReady || this.list().some(({ state }) => state !== 'open')) return;
    this.#wasReady = true;
    this.emit('ready');
  }
}
