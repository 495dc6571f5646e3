import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  certainty as certaintySchema,
  turn as turnSchema,
  usedFact,
  type Turn,
} from '../../../contract/protocol.ts';
import { eventKinds, IdReusedError, kindOf, NothingToReplaceError, numbered } from '../types.ts';
import type {
  Claim,
  Episode,
  EventKind,
  Fact,
  Lease,
  NewTurn,
  Outcome,
  Scope,
  SessionEvent,
  Settled,
  StoredMessage,
} from '../types.ts';
import type { Run } from './graph.ts';
import type { Results } from '../group-commit.ts';
import { answerKey, byKey, failureKey, key, messageKey, sessionKey } from './keys.ts';
import * as statements from './statements.ts';

/** A write that takes an offset. */
export type Entry =
  | {
      readonly type: 'message';
      readonly episode: Episode;
      readonly facts: readonly Fact[];
      readonly lease?: Lease;
    }
  | { readonly type: 'outcome'; readonly claim: Claim; readonly outcome: Outcome };

export type EntryResult = StoredMessage | Settled | undefined;

/** Writes a group of entries within one transaction; repeated, it writes nothing twice. */
export async function commitTogether(run: Run, entries: readonly Entry[]): Promise<Results<EntryResult>> {
  const ordered = entries.toSorted((left, right) =>
    byKey(sessionKey(scopeOf(left)), sessionKey(scopeOf(right))),
  );
  const commit = new Commit(await begin(run, ordered));
  const results = new Map(ordered.map((entry) => [entry, commit.add(entry)]));
  await commit.write(run);
  return entries.map((entry) => results.get(entry));
}

interface OpenSession {
  readonly key: string;
  readonly epoch: string;
  readonly patientId: string;
  offset: number;
}

interface KnownMessage {
  readonly text: string;
  readonly recordedAt: string;
  readonly offset: number;
  readonly attempt: number;
  state: string;
  isReplaced: boolean;
  outcome: Omit<Settled, 'epoch'> | undefined;
}

/** What is known under the locks of the patients. */
interface Begun {
  readonly sessions: ReadonlyMap<string, OpenSession>;
  readonly places: Map<string, number>;
  readonly messages: Map<string, KnownMessage>;
}

async function begin(run: Run, entries: readonly Entry[]): Promise<Begun> {
  const scopes = new Map(entries.map((entry) => [sessionKey(scopeOf(entry)), scopeOf(entry)]));
  const patients = [...new Set([...scopes.values()].map(({ patientId }) => patientId))].sort(byKey);
  const sessions = [...scopes].map(([id, { patientId, sessionId }]) => ({
    ...{ key: id, patientId, sessionId, epoch: randomUUID() },
  }));
  const [, opened, known] = await Promise.all([
    run(statements.lockPatients, { patients }),
    run(statements.openSessions, { sessions }),
    run(statements.knownMessages, { keys: [...new Set(entries.flatMap(keysOf))].sort(byKey) }),
  ]);
  const open = opened.map((row) => openSession.parse(row));
  return {
    sessions: new Map(open.map((session) => [session.key, session])),
    places: new Map(open.map(({ patientId, place }) => [patientId, place])),
    messages: new Map(known.map((row) => [String(row['key']), knownMessage(row)])),
  };
}

/** Decides what becomes of each entry, and writes all of it. */
class Commit {
  readonly #begun: Begun;
  readonly #events: object[] = [];
  readonly #facts: object[] = [];
  readonly #settled: object[] = [];
  readonly #replaced: object[] = [];

  constructor(begun: Begun) {
    this.#begun = begun;
  }

  add(entry: Entry): EntryResult | Error {
    const session = this.#begun.sessions.get(sessionKey(scopeOf(entry)));
    if (session === undefined) return new Error('A session was not opened.');
    return entry.type === 'message' ? this.#message(session, entry) : this.#outcome(session, entry);
  }

  async write(run: Run): Promise<void> {
    if (this.#events.length === 0) return;
    const { sessions, places } = this.#begun;
    await Promise.all([
      run(statements.createEvents, { events: this.#events }),
      this.#facts.length > 0 && run(statements.createFacts, { facts: this.#facts }),
      this.#settled.length > 0 && run(statements.settleMessages, { settled: this.#settled }),
      this.#replaced.length > 0 && run(statements.replaceMessages, { replaced: this.#replaced }),
      run(statements.moveOn, { sessions: [...sessions.values()] }),
      run(statements.moveOnPatients, { patients: [...places].map(([id, place]) => ({ id, place })) }),
    ]);
  }

  #message(session: OpenSession, entry: Extract<Entry, { type: 'message' }>): StoredMessage | Error {
    const { episode, facts, lease } = entry;
    const { epoch } = session;
    const id = messageKey(episode, episode.id);
    const known = this.#begun.messages.get(id);
    if (known) {
      const { offset, recordedAt, text } = known;
      return text === episode.text ? { epoch, offset, recordedAt, duplicate: true } : new IdReusedError();
    }
    const { replaces } = episode;
    if (replaces !== undefined && !this.#replace(episode, replaces)) return new NothingToReplaceError();
    const attempt = lease === undefined ? 0 : 1;
    const owing = { state: 'owed', attempt, tries: attempt, owner: lease?.owner ?? '' };
    const event = this.#append(session, {
      key: id,
      kind: kindOf(episode),
      scope: episode,
      turn: episode,
      ...owing,
    });
    // `leaseMs` counts from now on the clock of the database; without a lease it has run out.
    this.#events.push({ ...event, leaseMs: lease?.leaseMs ?? 0 });
    facts.forEach((fact, at) =>
      this.#facts.push(factRow(fact, id, event.properties.place + at / facts.length)),
    );
    const { offset } = event.properties;
    const { text, recordedAt } = episode;
    const added = { text, recordedAt, offset, attempt, state: 'owed', isReplaced: false, outcome: undefined };
    this.#begun.messages.set(id, added);
    return { epoch, offset, recordedAt, duplicate: false };
  }

  /** Marks a message as replaced. @returns whether there is one to be replaced. */
  #replace(by: Episode, replaced: string): boolean {
    const id = messageKey(by, replaced);
    const known = this.#begun.messages.get(id);
    if (known === undefined || known.isReplaced) return false;
    known.isReplaced = true;
    if (known.state === 'owed' || known.state === 'failed') known.state = 'replaced';
    this.#replaced.push({ key: id, answer: answerKey(by, replaced), by: by.id, state: known.state });
    return true;
  }

  #outcome(session: OpenSession, entry: Extract<Entry, { type: 'outcome' }>): Settled | undefined {
    const { claim, outcome } = entry;
    const { epoch } = session;
    const message = this.#begun.messages.get(keyOf(entry));
    if (message?.state !== 'owed' || message.attempt !== claim.attempt)
      return message?.outcome && message.state !== 'owed' ? { ...message.outcome, epoch } : undefined;
    const { kind, turn, facts, degraded, certainty } = outcome;
    const id =
      kind === 'failed'
        ? failureKey(claim, claim.messageId, claim.attempt)
        : answerKey(claim, claim.messageId);
    // An undefined property is none.
    const { attempt } = claim;
    const made = { facts: JSON.stringify(facts), degraded, certainty, attempt };
    const event = this.#append(session, { key: id, kind, scope: claim, turn, ...made }, message.offset);
    this.#events.push(event);
    this.#settled.push({ key: keyOf(entry), state: kind, outcome: id });
    message.state = kind;
    message.outcome = { ...outcome, attempt, turn: numbered(outcome, event.properties.offset) };
    return { ...message.outcome, epoch };
  }

  #append(
    session: OpenSession,
    { scope, turn, ...more }: { key: string; kind: EventKind; scope: Scope; turn: NewTurn; facts?: string },
    messageOffset?: number,
  ) {
    session.offset += 1;
    const { offset } = session;
    const place = (this.#begun.places.get(session.patientId) ?? 0) + 1;
    this.#begun.places.set(session.patientId, place);
    const { id, speaker, text, recordedAt, replyTo, replaces } = turn;
    // An undefined property is none.
    const said = { id, speaker, text, recordedAt, replyTo, replaces };
    const { patientId, sessionId } = scope;
    const order = { offset, place, messageOffset: messageOffset ?? offset };
    return {
      sessionKey: session.key,
      properties: { ...said, ...{ patientId, sessionId, sessionKey: session.key }, ...order, ...more },
    };
  }
}

const factRow = (fact: Fact, ofMessage: string, place: number): object => ({
  key: key(fact.patientId, fact.id),
  messageKey: ofMessage,
  properties: { ...fact, place, indexedIn: '' },
});

const scopeOf = (entry: Entry): Scope => (entry.type === 'message' ? entry.episode : entry.claim);
const keyOf = (entry: Entry): string =>
  entry.type === 'message'
    ? messageKey(entry.episode, entry.episode.id)
    : messageKey(entry.claim, entry.claim.messageId);
/** The messages an entry is about. */
const keysOf = (entry: Entry): string[] => {
  const replaced = entry.type === 'message' ? entry.episode.replaces : undefined;
  return [keyOf(entry), ...(replaced === undefined ? [] : [messageKey(scopeOf(entry), replaced)])];
};

const openSession = z.object({
  key: z.string(),
  epoch: z.string(),
  offset: z.number(),
  patientId: z.string(),
  place: z.number(),
});

const known = z.object({
  said: z.string(),
  saidAt: z.string(),
  saidOffset: z.number(),
  state: z.string(),
  attempt: z.number(),
  isReplaced: z.boolean(),
});

function knownMessage(row: Record<string, unknown>): KnownMessage {
  const { said, saidAt, saidOffset, ...rest } = known.parse(row);
  const outcome = row['outcome'] === null ? undefined : toSettled(row);
  return { text: said, recordedAt: saidAt, offset: saidOffset, ...rest, outcome };
}

const event = z.object({
  kind: z.enum(eventKinds),
  facts: z
    .string()
    .nullable()
    .transform((json) => z.array(usedFact).parse(JSON.parse(json ?? '[]'))),
  degraded: z.string().nullable(),
  certainty: certaintySchema.nullable(),
  ofAttempt: z.number().nullable(),
});

/** An event without its epoch, from its row. */
export function toEvent(row: Record<string, unknown>): Omit<SessionEvent, 'epoch'> {
  const { kind, facts, degraded, certainty, ofAttempt } = event.parse(row);
  return {
    ...{ kind, turn: toTurn(row), facts },
    ...(degraded === null ? {} : { degraded }),
    ...(certainty === null ? {} : { certainty }),
    ...(ofAttempt === null ? {} : { attempt: ofAttempt }),
  };
}

/** An event that settled a message. */
export const toSettled = (row: Record<string, unknown>): Omit<Settled, 'epoch'> =>
  toEvent(row) as Omit<Settled, 'epoch'>;

/** A turn from its row, which may have more columns. */
export function toTurn({ kind, hasFailed, ...row }: Record<string, unknown>): Turn {
  const present = Object.entries(row).filter(([, value]) => value !== null);
  return turnSchema.parse({
    ...Object.fromEntries(present),
    ...(kind === 'stopped' ? { stopped: true } : {}),
    ...(hasFailed === true ? { failed: true } : {}),
  });
}
