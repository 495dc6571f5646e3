import type { FrameOf, MessageFrame, ServerFrame, Turn, UsedFact } from './frames.generated.ts';

/**
 * The message list. Pure: every function returns a new one. Frames may come repeatedly: whatever is delivered, each
 * message and each answer is in the list once.
 */
export interface Conversation {
  /** Of the session's log; empty while none is known. */
  readonly epoch: string;
  /** Messages in the order of their offsets, each answer below its message, and last what is not stored yet. */
  readonly entries: readonly Entry[];
}

/** A message of the patient. */
export interface Said {
  readonly kind: 'said';
  readonly id: string;
  readonly text: string;
  /** Of its commit; none until it is stored. */
  readonly offset?: number;
  readonly recordedAt?: string;
  /** `pending` until the server has stored it. */
  readonly delivery: 'pending' | 'sent';
  /** The message that it is an edit of. */
  readonly replaces?: string | undefined;
  /** The message that is an edit of it. */
  readonly replacedBy?: string | undefined;
  readonly problem?: Problem | undefined;
  /** What is known of the failures to answer it. */
  readonly failed?: Failed | undefined;
}

/** What went wrong with a message, or with its answer. */
export interface Problem {
  /** In words. */
  readonly message: string;
  /** Whether the same message may be sent again. */
  readonly retryable: boolean;
  /** Whether the message is stored, but no answer could be made. */
  readonly isUnanswered: boolean;
}

interface Failed {
  /** Of the last failure; 0 when none was told as an event. */
  readonly offset: number;
  /** The last attempt whose pieces are void. */
  readonly attempt: number;
}

/** The assistant's answer to message `replyTo`. */
export interface Answer {
  readonly kind: 'answer';
  readonly replyTo: string;
  readonly text: string;
  /** Of its commit; none while it is in progress. */
  readonly offset?: number;
  readonly recordedAt?: string;
  readonly streaming: boolean;
  /** Which attempt the text of an answer in progress is of; 0 for a complete one. */
  readonly attempt: number;
  /** Whether the patient ended it. */
  readonly stopped: boolean;
  readonly facts: readonly UsedFact[];
  /** How sure it is that the facts are what was asked for. */
  readonly certainty?: string | undefined;
  readonly degraded?: string | undefined;
}

export type Entry = Said | Answer;

export const emptyConversation: Conversation = { epoch: '', entries: [] };

const emptyAnswer = {
  kind: 'answer',
  text: '',
  streaming: false,
  attempt: 0,
  stopped: false,
  facts: [],
} as const;

/** The identity of a message or answer. */
export function keyOf(entry: Entry): string {
  return entry.kind === 'said' ? `said ${entry.id}` : `answer ${entry.replyTo}`;
}

/** Adds a message that is about to be sent, or clears the problem of one that is sent again. */
export function say(conversation: Conversation, { id, text, replaces }: MessageFrame): Conversation {
  if (messageOf(conversation, id)) return change(conversation, id, () => ({ problem: undefined }));
  return put(conversation, { kind: 'said', id, text, replaces, delivery: 'pending' });
}

/** The conversation after a frame of the server. */
export function receive(conversation: Conversation, frame: ServerFrame): Conversation {
  switch (frame.type) {
    case 'welcome':
      return frame.recovered ? conversation : anew(conversation, frame);
    case 'session':
      return conversation.epoch === '' ? { ...conversation, epoch: frame.epoch } : conversation;
    case 'ack':
      return store(conversation, frame);
    case 'turn':
      return add(conversation, frame.turn);
    case 'answer':
      return finish(conversation, { ...answerIn(conversation, frame.turn), ...toldOf(frame) });
    case 'delta':
      return grow(conversation, frame);
    case 'done':
      return finish(conversation, answerOf(frame));
    case 'error':
      return fail(conversation, frame);
    default:
      return conversation;
  }
}

/** Messages without a complete answer, to be sent again after a reconnect: the server answers each once. */
export function unanswered(conversation: Conversation): MessageFrame[] {
  return open(conversation)
    .filter(({ problem }) => problem === undefined)
    .map(({ id, text, replaces }) => ({ type: 'message', id, text, replaces }));
}

/** The messages whose answer is in progress. */
export function awaited(conversation: Conversation): readonly string[] {
  return open(conversation)
    .filter(({ delivery, problem }) => delivery === 'sent' && problem?.isUnanswered !== true)
    .map(({ id }) => id);
}

/** Messages without a complete answer; one that was edited is not answered any more. */
function open(conversation: Conversation): Said[] {
  return conversation.entries
    .filter(isSaid)
    .filter(({ id, replacedBy }) => !replacedBy && answerTo(conversation, id)?.streaming !== false);
}

function messageOf({ entries }: Conversation, id: string): Said | undefined {
  return entries.filter(isSaid).find((said) => said.id === id);
}

function answerTo({ entries }: Conversation, id: string): Answer | undefined {
  return entries.filter(isAnswer).find(({ replyTo }) => replyTo === id);
}

function change(conversation: Conversation, id: string, to: (said: Said) => Partial<Said>): Conversation {
  const said = messageOf(conversation, id);
  return said === undefined ? conversation : put(conversation, { ...said, ...to(said) });
}

/** Adds an entry, or replaces its earlier state. */
function put(conversation: Conversation, entry: Entry): Conversation {
  const { entries } = conversation;
  const key = keyOf(entry);
  const at = entries.findIndex((one) => keyOf(one) === key);
  const before = entries[at];
  if (before === undefined) return { ...conversation, entries: inOrder([...entries, entry]) };
  const after = entries.with(at, entry);
  return { ...conversation, entries: placeOf(before) === placeOf(entry) ? after : inOrder(after) };
}

function remove(conversation: Conversation, entry?: Entry): Conversation {
  return { ...conversation, entries: conversation.entries.filter((one) => one !== entry) };
}

function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const messages = new Set(entries.filter(isSaid).map(({ id }) => id));
  const below = new Map(entries.filter(isAnswer).map((answer) => [answer.replyTo, answer]));
  return entries
    .filter((entry) => isSaid(entry) || !messages.has(entry.replyTo))
    .toSorted((one, other) => placeOf(one) - placeOf(other))
    .flatMap((entry) => [entry, isSaid(entry) ? below.get(entry.id) : undefined])
    .filter((entry) => entry !== undefined);
}

const isSaid = (entry: Entry): entry is Said => entry.kind === 'said';
const isAnswer = (entry: Entry): entry is Answer => entry.kind === 'answer';

/** Not infinite: the difference of two must be a number. */
const placeOf = ({ offset = Number.MAX_SAFE_INTEGER }: Entry): number => offset;

/** A message is in the log; what went wrong with its delivery is past. */
function store(
  conversation: Conversation,
  { id, offset, recordedAt }: Pick<FrameOf<'ack'>, 'id' | 'offset' | 'recordedAt'>,
): Conversation {
  const stored = change(conversation, id, ({ problem }) => ({
    ...{ delivery: 'sent', offset, recordedAt },
    problem: problem?.isUnanswered ? problem : undefined,
  }));
  const replaces = messageOf(stored, id)?.replaces;
  return replaces === undefined ? stored : replace(stored, replaces, id);
}

/** A message was edited: what there was of an answer to it is not gone on with. */
function replace(conversation: Conversation, id: string, replacedBy: string): Conversation {
  const answer = answerTo(conversation, id);
  const kept = answer?.streaming === true ? remove(conversation, answer) : conversation;
  return change(kept, id, () => ({ replacedBy, problem: undefined }));
}

/** A turn that another connection told of, or this one before it was lost. */
function add(conversation: Conversation, turn: Turn): Conversation {
  if (turn.speaker !== 'patient') return finish(conversation, answerIn(conversation, turn));
  const stored = store(put(conversation, messageIn(conversation, turn)), turn);
  const { id, replacedBy } = messageOf(stored, turn.id) ?? turn;
  return replacedBy === undefined ? stored : replace(stored, id, replacedBy);
}

/** Adds what is new of a piece. One that comes after a gap is of no use: the whole comes with `done`. */
function grow(conversation: Conversation, { id, attempt, at, text }: FrameOf<'delta'>): Conversation {
  const known = answerTo(conversation, id);
  if (messageOf(conversation, id)?.replacedBy !== undefined) return conversation;
  if (known?.streaming === false || attempt <= lastVoid(conversation, id)) return conversation;
  if (known !== undefined && attempt < known.attempt) return conversation;
  const before = known?.attempt === attempt ? known.text : '';
  const after = at > before.length ? before : before + text.slice(before.length - at);
  return begun(put(conversation, { ...emptyAnswer, replyTo: id, text: after, streaming: true, attempt }), id);
}

/** What went wrong with an answer before is past, once it is made again: another connection may have asked for it. */
const begun = (conversation: Conversation, id: string): Conversation =>
  messageOf(conversation, id)?.problem
    ? change(conversation, id, () => ({ problem: undefined }))
    : conversation;

/** The last attempt to answer a message that failed. */
const lastVoid = (conversation: Conversation, id: string): number =>
  messageOf(conversation, id)?.failed?.attempt ?? -1;

const toldOf = ({ facts, certainty, degraded }: FrameOf<'done' | 'answer'>) => ({
  facts,
  certainty,
  degraded,
});

function answerOf(done: FrameOf<'done'>): Answer {
  const { id, text, offset, recordedAt, stopped = false } = done;
  return { ...emptyAnswer, replyTo: id, text, offset, recordedAt, stopped, ...toldOf(done) };
}

/** An answer is in the log: it is the last word about its message. */
function finish(conversation: Conversation, answer: Answer): Conversation {
  return change(put(conversation, answer), answer.replyTo, () => ({ problem: undefined }));
}

function fail(conversation: Conversation, error: FrameOf<'error'>): Conversation {
  const { id = '', code, message, retryable, offset = 0, attempt } = error;
  if (answerTo(conversation, id)?.streaming === false) return conversation;
  // What was refused for the rate is held, and sent again without the patient.
  if (code === 'RATE_LIMITED') return conversation;
  if (code === 'ANSWER_FAILED') return failAnswer(conversation, { id, offset, attempt, message, retryable });
  return change(conversation, id, () => ({ problem: { message, retryable, isUnanswered: false } }));
}

interface Failure {
  readonly id: string;
  readonly offset: number;
  readonly attempt?: number | undefined;
}

/** Drops the partial answer: the next attempt starts afresh. A failure that was told before changes nothing. */
function failAnswer(
  conversation: Conversation,
  { id, offset, attempt: told = -1, ...problem }: Omit<Problem, 'isUnanswered'> & Failure,
): Conversation {
  const message = messageOf(conversation, id);
  const before = message?.failed?.offset ?? 0;
  if (message?.replacedBy !== undefined || (offset > 0 && offset <= before)) return conversation;
  const partial = answerTo(conversation, id);
  const attempt = Math.max(told, partial?.attempt ?? -1, lastVoid(conversation, id));
  return change(remove(conversation, partial), id, () => ({
    problem: { ...problem, isUnanswered: true },
    failed: { offset: Math.max(offset, before), attempt },
  }));
}

/**
 * The server's history, with what only this page has: facts of answers, failures, what is older than the history, and
 * what is not stored yet. Of another log nothing that was stored is kept.
 */
function anew(before: Conversation, { epoch, history = [] }: FrameOf<'welcome'>): Conversation {
  const known = before.epoch === '' || before.epoch === epoch ? before : emptyConversation;
  const start = history[0]?.offset ?? Infinity;
  const older = known.entries.filter(({ offset = start }) => offset < start);
  const unsent = before.entries.filter(isSaid).filter(({ delivery }) => delivery === 'pending');
  const answered = new Set(history.map(({ replyTo }) => replyTo));
  const past = history.map((turn) => {
    if (turn.speaker !== 'patient') return answerIn(known, turn);
    const said = messageIn(known, turn);
    return answered.has(turn.id) ? { ...said, problem: undefined } : said;
  });
  const byKey = new Map([...unsent, ...older, ...past].map((entry) => [keyOf(entry), entry]));
  return { epoch, entries: inOrder([...byKey.values()]) };
}

function messageIn(known: Conversation, turn: Turn): Said {
  const { id, text, offset, recordedAt, replaces } = turn;
  const before = messageOf(known, id);
  return {
    ...{ kind: 'said', delivery: 'sent', id, text, offset, recordedAt, replaces },
    replacedBy: turn.replacedBy ?? before?.replacedBy,
    problem: before?.problem?.isUnanswered ? before.problem : problemIn(turn),
    failed: before?.failed,
  };
}

const problemIn = ({ failed }: Turn): Problem | undefined =>
  failed ? { message: 'No answer could be made.', retryable: true, isUnanswered: true } : undefined;

function answerIn(known: Conversation, turn: Turn): Answer {
  const { id, replyTo = id, text, offset, recordedAt, stopped = false } = turn;
  const { facts = [], certainty, degraded } = answerTo(known, replyTo) ?? {};
  return { ...emptyAnswer, replyTo, text, offset, recordedAt, stopped, facts, certainty, degraded };
}
