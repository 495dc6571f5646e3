import { setTimeout as pause } from 'node:timers/promises';
import type { Scope, SessionEvent } from '../../../app/stores/types.ts';
import { pollWithReason } from '../../servers/poll.ts';
import type { Fleet } from './fleet.ts';
import { reached, Sequence, type Heard } from './heard.ts';
import { faultsIn, unanswered, type SessionHistory } from './judge.ts';
import { planOf, type Action, type Fault, type Plan, type Step } from './plan.ts';
import { listen, Tab, type Surroundings } from './tab.ts';
import { tokenOf } from './tokens.ts';

/** What was seen in a seed. */
export interface Seen {
  readonly messages: number;
  readonly answers: number;
  readonly connections: number;
  readonly recovered: number;
  readonly deaths: number;
}

/** How long everything may take to be connected and answered once all is well again. */
const longestMs = 60_000;

interface Options {
  /** What happens instead of what the seed says. */
  readonly plan?: Plan;
  readonly settleMs?: number;
}

/** A seed whose history is wrong, in words, with all of the history. */
export class WrongHistoryError extends Error {
  override readonly name = 'WrongHistoryError';

  readonly wrong: readonly string[];

  constructor(seed: number, wrong: readonly string[], lines: readonly string[]) {
    super(
      [
        `Seed ${seed} shows ${wrong.length} faults:`,
        ...wrong.map((one) => `- ${one}`),
        `Once more: ${replayVariable}=${seed} npx vitest run --project stores test/stores/history`,
        'History:',
        ...lines,
      ].join('\n'),
    );
    this.wrong = wrong;
  }
}

export const replayVariable = 'MOORING_TEST_HISTORY_SEED';

/** Lets happen what the seed says, then heals everything, and judges what was seen. @throws WrongHistoryError */
export async function runSeed(fleet: Fleet, seed: number, options: Options = {}): Promise<Seen> {
  const world = new SeedWorld(fleet, seed, { plan: planOf(seed), settleMs: longestMs, ...options });
  try {
    return await world.run();
  } finally {
    world.close();
  }
}

/** Waits until nothing is left to wait for. @returns what is all the same. */
async function until(waiting: () => Promise<string[]>, timeoutMs: number): Promise<string[]> {
  let left: string[] = [];
  const isSettled = async (): Promise<boolean> => (left = await waiting()).length === 0;
  const { outcome, lastError } = await pollWithReason(isSettled, { timeoutMs });
  if (outcome === 'met') return [];
  return [...left, ...(lastError instanceof Error ? [lastError.message] : [])].map((one) => `an end: ${one}`);
}

class SeedWorld {
  readonly #fleet: Fleet;
  readonly #seed: number;
  readonly #plan: Plan;
  readonly #settleMs: number;
  readonly #lines: string[] = [];
  readonly #heard: Heard[] = [];
  readonly #sessions: Scope[];
  readonly #tabs: Tab[] = [];
  readonly #visits: { close(): void }[] = [];
  readonly #around: Surroundings;
  readonly #began = performance.now();
  /** Faults that are not over yet. */
  readonly #pending = new Set<Promise<void>>();
  readonly #crashes: string[] = [];
  #handshakes = 0;
  #messages = 0;
  #deaths = 0;

  constructor(fleet: Fleet, seed: number, { plan, settleMs }: Required<Options>) {
    this.#fleet = fleet;
    this.#seed = seed;
    this.#plan = plan;
    this.#settleMs = settleMs;
    const note = (line: string): void =>
      void this.#lines.push(`${((performance.now() - this.#began) / 1_000).toFixed(3)} ${line}`);
    this.#around = {
      sequence: new Sequence(),
      heard: (connection) => this.#heard.push(connection),
      note,
      where: () => this.#of(fleet.replicas, (this.#handshakes += 1 + (seed % 2))).url,
    };
    fleet.onEnded((line, crash) => {
      this.#deaths += 1;
      note(line);
      if (crash !== undefined) this.#crashes.push(`no crash: ${line}\n${crash}`);
    });
    const run = `s${seed}x${Math.floor(this.#began)}`;
    this.#sessions = plan.patients.flatMap((sessions, patient) =>
      sessions.map((_, session) => ({ patientId: `${run}p${patient}`, sessionId: `session${session}` })),
    );
  }

  async run(): Promise<Seen> {
    this.#plan.patients.flat().forEach((tabs, session) => {
      for (let tab = 0; tab < tabs; tab += 1) this.#open(session);
    });
    for (const step of this.#plan.steps) await this.#step(step);
    await this.#heal();
    // What no replica heard of is looked for every ten seconds; most seeds do not wait, since the next event shows it.
    if (this.#seed % 10 === 0) await until(() => this.#untold(), this.#settleMs);
    else await until(() => this.#unanswered(), this.#settleMs);
    for (const [nth] of this.#sessions.entries()) this.#say(this.#firstTabOf(nth), 'It quick.');
    const unsettled = await until(() => this.#untold(), this.#settleMs);
    const sessions = await Promise.all(this.#sessions.map((scope) => this.#historyOf(scope)));
    const wrong = [...this.#crashes, ...unsettled, ...sessions.flatMap(faultsIn)];
    if (wrong.length > 0) throw new WrongHistoryError(this.#seed, wrong, this.#lines);
    const events = sessions.flatMap((session) => session.events);
    return {
      messages: events.filter(({ turn }) => turn.replyTo === undefined).length,
      answers: events.filter(({ kind }) => kind === 'answer' || kind === 'stopped').length,
      connections: this.#heard.length,
      recovered: this.#heard.filter(
        ({ frames: [first] }) => first?.frame.type === 'welcome' && first.frame.recovered,
      ).length,
      deaths: this.#deaths,
    };
  }

  close(): void {
    for (const tab of this.#tabs) tab.close();
    for (const visit of this.#visits) visit.close();
  }

  async #step(step: Step): Promise<void> {
    this.#around.note(`-- ${JSON.stringify(step)}`);
    (this.#acts[step.what] as (action: Action) => unknown)(step);
    if (step.thenMs > 0) await pause(step.thenMs);
  }

  readonly #acts: { readonly [W in Action['what']]: (action: Extract<Action, { what: W }>) => unknown } = {
    say: ({ tab, manner }) => this.#say(this.#of(this.#tabs, tab), `It ${manner}.`),
    edit: ({ tab, which }) => this.#edit(this.#of(this.#tabs, tab), which),
    stop: ({ tab }) => this.#of(this.#tabs, tab).stopAnswers(),
    cut: ({ tab }) => this.#of(this.#tabs, tab).cut(),
    open: ({ session }) => this.#open(session),
    visit: ({ session, back }) => this.#visit(this.#of(this.#sessions, session), back),
    fault: (fault) => this.#wait(this.#fault(fault)),
    restartRedis: ({ keepsData }) => this.#wait(this.#fleet.restartRedis(keepsData)),
    crashRecord: () => this.#wait(this.#fleet.crashRecord()),
    kill: ({ replica }) => this.#of(this.#fleet.replicas, replica).kill(),
    terminate: ({ replica }) => this.#of(this.#fleet.replicas, replica).terminate(),
    failpoint: (failpoint) => this.#of(this.#fleet.replicas, failpoint.replica).arm(failpoint),
  };

  #open(session: number): void {
    const scope = this.#of(this.#sessions, session);
    this.#tabs.push(
      new Tab(scope, `tab${this.#tabs.length}(${scope.patientId}/${scope.sessionId})`, this.#around),
    );
  }

  #firstTabOf(session: number): Tab {
    const scope = this.#of(this.#sessions, session);
    const found = this.#tabs.find((tab) => tab.scope === scope);
    if (found === undefined) throw new Error(`Session ${session} has no tab.`);
    return found;
  }

  #say(tab: Tab, how: string, replaces?: string): void {
    this.#messages += 1;
    const token = tokenOf(tab.scope.patientId, this.#messages);
    const text = `I have a cat that is called ${token}. ${how}`;
    tab.say({
      type: 'message',
      id: `m${this.#messages}`,
      text,
      ...(replaces === undefined ? {} : { replaces }),
    });
  }

  #edit(tab: Tab, which: number): void {
    const { editable } = tab;
    if (editable.length > 0) this.#say(tab, 'It quick.', this.#of(editable, which).id);
  }

  /** A connection of a client that knows less than others do. */
  #visit(scope: Scope, back: number): void {
    const known = this.#heard
      .filter((one) => one.scope === scope)
      .flatMap(({ frames }) => frames)
      .map(({ frame }) => frame)
      .filter((frame) => frame.type === 'welcome' || frame.type === 'session')
      .find(({ epoch }) => epoch !== '');
    if (known === undefined) return;
    const far = Math.max(0, ...this.#heard.filter((one) => one.scope === scope).map(reached));
    const from = { epoch: known.epoch, offset: Math.max(0, far - back) };
    const { socket } = listen(this.#around, {
      scope,
      from,
      by: `visit${this.#visits.length}(${scope.patientId}/${scope.sessionId})`,
    });
    this.#visits.push({ close: () => socket.terminate() });
  }

  async #fault({ store, fault, forMs }: Extract<Action, { what: 'fault' }>): Promise<void> {
    const proxy = this.#fleet.proxies[store];
    const begin: Readonly<Record<Fault, () => unknown>> = {
      down: () => proxy.down(),
      timeout: () => proxy.timeout(),
      latency: () => proxy.latency(40),
      resetPeer: () => proxy.resetPeer(),
      bandwidth: () => proxy.bandwidth(20_000),
      slicer: () => proxy.slicer(100),
    };
    await begin[fault]();
    await pause(forMs);
    await proxy.up();
    this.#around.note(`-- ${store} is well again`);
  }

  #wait(work: Promise<void>): void {
    const pending = work.finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /** All well again, and every process there. */
  async #heal(): Promise<void> {
    for (const replica of this.#fleet.replicas) replica.arm({ method: undefined });
    await Promise.all(this.#pending);
    await Promise.all(this.#fleet.replicas.map((replica) => replica.ready()));
    this.#around.note('-- all is well');
  }

  /** Tabs without a connection or an acknowledgement, and messages without an outcome. */
  async #unanswered(): Promise<string[]> {
    for (const tab of this.#tabs) tab.retry();
    const sessions = await Promise.all(this.#sessions.map((scope) => this.#historyOf(scope)));
    return [
      ...this.#tabs.flatMap((tab) => tab.unsent ?? []),
      ...sessions.flatMap(({ events }) => unanswered(events)),
    ];
  }

  /** Tabs without a connection, an acknowledgement, an answer, or the end of the log. */
  async #untold(): Promise<string[]> {
    for (const tab of this.#tabs) tab.retry();
    const ends = await this.#fleet.record.positions(this.#sessions);
    return this.#tabs.flatMap((tab) => {
      const { patientId, sessionId } = tab.scope;
      const end = ends.find((one) => one.patientId === patientId && one.sessionId === sessionId)?.offset ?? 0;
      const far = tab.heard ? reached(tab.heard) : 0;
      return (
        tab.unsent ?? tab.awaited ?? (far < end ? `${tab.name} waits for events ${far + 1} to ${end}` : [])
      );
    });
  }

  async #historyOf(scope: Scope): Promise<SessionHistory> {
    const { record } = this.#fleet;
    const events: SessionEvent[] = await record.events(scope, 0, 10_000);
    return {
      scope,
      events,
      heard: this.#heard.filter((one) => one.scope === scope),
      tabs: this.#tabs.filter((tab) => tab.scope === scope),
    };
  }

  #of<T>(all: readonly T[], nth: number): T {
    const one = all[nth % all.length];
    if (one === undefined) throw new Error('There is nothing to choose from.');
    return one;
  }
}
