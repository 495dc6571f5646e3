import type { ClientFrame, ServerFrame, Turn, UsedFact } from '../../contract/protocol.ts';

/** The message list. Pure: every function returns a new list. */

/** A message of the patient. */
export interface Said {
  readonly kind: 'said';
  readonly id: string;
  readonly text: string;
  readonly recordedAt?: string;
  /** `pending` until the server has stored it. */
  readonly delivery: 'pending' | 'sent';
  /** What went wrong with it, or with its answer, in words. */
  readonly problem?: string | undefined;
}

/** The assistant's answer to message `replyTo`. */
export interface Answer {
  readonly kind: 'answer';
  readonly replyTo: string;
  readonly text: string;
  readonly recordedAt?: string;
  readonly streaming: boolean;
  readonly facts: readonly UsedFact[];
  readonly degraded?: string;
}

export type Entry = Said | Answer;
export type Conversation = readonly Entry[];

/** The identity of a message or answer. */
export function keyOf(entry: Entry): string {
  return entry.kind === 'said' ? `said ${entry.id}` : `answer ${entry.replyTo}`;
}

/** Adds a message that is about to be sent, or clears the problem of one that is sent again. */
export function say(entries: Conversation, { id, text }: ClientFrame): Conversation {
  const known = entries.find((entry) => entry.kind === 'said' && entry.id === id);
  if (known === undefined) return [...entries, { kind: 'said', id, text, delivery: 'pending' }];
  return changeSaid(entries, id, (said) => ({ ...said, problem: undefined }));
}

/** The list after a frame of the server. */
export function receive(entries: Conversation, frame: ServerFrame): Conversation {
  switch (frame.type) {
    case 'welcome':
      return merge(entries, frame.history);
    case 'ack':
      return changeSaid(entries, frame.id, (said) => ({
        ...said,
        problem: undefined,
        delivery: 'sent',
        recordedAt: frame.recordedAt,
      }));
    case 'delta':
      return continueAnswer(entries, frame.id, frame.text);
    case 'done':
      return finishAnswer(entries, frame);
    case 'error':
      return fail(entries, frame);
    case 'dependency':
      return entries;
  }
}

/** Messages without a complete answer, to be sent again after a reconnect: the server answers each once. */
export function unanswered(entries: Conversation): ClientFrame[] {
  return open(entries).map(({ id, text }) => ({ type: 'message', id, text }));
}

/** Whether the server has a message without a complete answer. */
export function isAwaited(entries: Conversation): boolean {
  return open(entries).some(({ delivery }) => delivery === 'sent');
}

/** Messages without a problem and without a complete answer. */
function open(entries: Conversation): Said[] {
  return entries.filter(
    (entry): entry is Said =>
      entry.kind === 'said' &&
      entry.problem === undefined &&
      answerTo(entries, entry.id)?.streaming !== false,
  );
}

function answerTo(entries: Conversation, id: string): Answer | undefined {
  return entries.find((entry): entry is Answer => entry.kind === 'answer' && entry.replyTo === id);
}

function changeSaid(entries: Conversation, id: string, change: (said: Said) => Said): Conversation {
  return entries.map((entry) => (entry.kind === 'said' && entry.id === id ? change(entry) : entry));
}

/** Replaces an earlier state of an answer, else inserts it after its message, else appends it. */
function putAnswer(entries: Conversation, answer: Answer): Conversation {
  const others = entries.filter((entry) => keyOf(entry) !== keyOf(answer));
  const at = others.findIndex((entry) => entry.kind === 'said' && entry.id === answer.replyTo);
  return at === -1 ? [...others, answer] : others.toSpliced(at + 1, 0, answer);
}

function continueAnswer(entries: Conversation, id: string, text: string): Conversation {
  const known = answerTo(entries, id);
  if (known?.streaming === false) return entries;
  return putAnswer(entries, {
    kind: 'answer',
    replyTo: id,
    text: (known?.text ?? '') + text,
    streaming: true,
    facts: [],
  });
}

function finishAnswer(entries: Conversation, done: Extract<ServerFrame, { type: 'done' }>): Conversation {
  const message = entries.find((entry) => entry.kind === 'said' && entry.id === done.id);
  return putAnswer(entries, {
    kind: 'answer',
    replyTo: done.id,
    text: done.text,
    streaming: false,
    facts: done.facts,
    ...(message?.recordedAt === undefined ? {} : { recordedAt: message.recordedAt }),
    ...(done.degraded === undefined ? {} : { degraded: done.degraded }),
  });
}

/** Drops a partial answer: a failed message is sent again as a whole. */
function fail(entries: Conversation, { id, message }: Extract<ServerFrame, { type: 'error' }>): Conversation {
  if (id === undefined) return entries;
  const rest = entries.filter((entry) => entry.kind === 'said' || entry.replyTo !== id || !entry.streaming);
  return changeSaid(rest, id, (said) => ({ ...said, problem: message }));
}

/** The server's history, with what only this page has: facts of answers, messages older or not yet stored. */
function merge(entries: Conversation, history: readonly Turn[]): Conversation {
  const known = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const past = new Map<string, Entry>();
  for (const entry of history.map(fromTurn)) {
    const before = known.get(keyOf(entry));
    past.set(keyOf(entry), before?.kind === 'answer' && !before.streaming ? before : entry);
  }
  const start = history[0]?.recordedAt ?? '';
  const own = entries.filter(
    (entry) => !past.has(keyOf(entry)) && !(entry.kind === 'answer' && entry.streaming),
  );
  const isEarlier = (entry: Entry) => entry.recordedAt !== undefined && entry.recordedAt < start;
  return [...own.filter(isEarlier), ...past.values(), ...own.filter((entry) => !isEarlier(entry))];
}

function fromTurn({ id, speaker, text, recordedAt, replyTo }: Turn): Entry {
  return speaker === 'patient'
    ? { kind: 'said', id, text, recordedAt, delivery: 'sent' }
    : { kind: 'answer', replyTo: replyTo ?? id, text, recordedAt, streaming: false, facts: [] };
}
