import type { Conversation, Entry } from '../../../client/conversation.ts';
import type { MessageFrame } from '../../../client/frames.generated.ts';
import type { FrameOf, ServerFrame } from '../../../contract/protocol.ts';
import type { Position, Scope, SessionEvent } from '../../../app/stores/types.ts';
import { offsetOf, type Heard } from './heard.ts';
import { isOf, tokensIn } from './tokens.ts';

/** What a page showed at the end, and what was said on it. */
export interface Shown {
  readonly name: string;
  readonly conversation: Conversation;
  readonly said: ReadonlyMap<string, MessageFrame>;
  /** Messages that were refused for good. */
  readonly refused: ReadonlySet<string>;
}

/** All that is known of a session when everything has come to rest. */
export interface SessionHistory {
  readonly scope: Scope;
  /** The log, as the record has it. */
  readonly events: readonly SessionEvent[];
  readonly heard: readonly Heard[];
  readonly tabs: readonly Shown[];
}

/** What is wrong with a history, in words; each begins with the promise that is broken. */
export function faultsIn(history: SessionHistory): string[] {
  const { patientId, sessionId } = history.scope;
  return [
    ...wrongLog(history),
    ...wrongMessages(history),
    ...history.heard.flatMap((heard) => [...wrongTold(history, heard), ...wrongWelcome(history, heard)]),
    ...leaks(history),
    ...history.tabs.flatMap((tab) => wrongList(history, tab)),
  ].map((wrong) => `${wrong} [${patientId}/${sessionId}]`);
}

const isMessage = ({ turn }: SessionEvent): boolean => turn.replyTo === undefined;
const isAnswer = ({ kind }: SessionEvent): boolean => kind === 'answer' || kind === 'stopped';

/** Offsets without a gap, each once, of one epoch; no message twice; one answer each, and nothing after it. */
function wrongLog({ events }: SessionHistory): string[] {
  const gap = events.findIndex(({ turn }, at) => turn.offset !== at + 1);
  const epochs = new Set(events.map(({ epoch }) => epoch));
  const ids = events.filter(isMessage).map(({ turn }) => turn.id);
  return [
    ...(gap === -1 ? [] : [`gapless: event ${gap + 1} of the log has offset ${events[gap]?.turn.offset}`]),
    ...(epochs.size > 1 ? [`one epoch: the log has ${[...epochs].join(', ')}`] : []),
    ...ids
      .filter((id, at) => ids.indexOf(id) !== at)
      .map((id) => `stored once: the log has message ${id} again`),
    ...events.filter(isMessage).flatMap((message) => wrongAnswers(message, events)),
    ...unanswered(events),
  ];
}

function wrongAnswers({ turn }: SessionEvent, events: readonly SessionEvent[]): string[] {
  const outcomes = events.filter((event) => event.turn.replyTo === turn.id);
  const answers = outcomes.filter(isAnswer);
  const shown = `${turn.id} (${outcomes.map(({ kind, turn: { offset } }) => `${kind} ${offset}`).join(', ')})`;
  if (outcomes.some(({ kind }) => kind === 'turn' || kind === 'edited'))
    return [`one answer: message ${shown} has a reply of no kind of answer`];
  if (answers.length > 1) return [`one answer: message ${shown} has ${answers.length}`];
  if (answers.length === 1 && outcomes.at(-1) !== answers[0])
    return [`one answer: message ${shown} has an outcome after its answer`];
  return [];
}

/** The messages that have no outcome and that no edit replaced. */
export const unanswered = (events: readonly SessionEvent[]): string[] =>
  events
    .filter(isMessage)
    .filter(({ turn: { id } }) => !events.some(({ turn }) => turn.replyTo === id || turn.replaces === id))
    .map(({ turn }) => `one answer: message ${turn.id} has no outcome`);

/** What was acknowledged is stored as it was said; what was said is stored or was refused, not both. */
function wrongMessages({ events, heard, tabs }: SessionHistory): string[] {
  const stored = new Map(events.filter(isMessage).map(({ turn }) => [turn.id, turn]));
  const acknowledged = new Set(
    heard.flatMap(({ frames }) => frames.flatMap(({ frame }) => (frame.type === 'ack' ? frame.id : []))),
  );
  const said = new Map(tabs.flatMap((tab) => [...tab.said]));
  const refused = new Set(tabs.flatMap((tab) => [...tab.refused]));
  return [
    ...[...acknowledged].filter((id) => !stored.has(id)).map((id) => `acknowledged is stored: ${id} is lost`),
    ...[...said.values()].flatMap(({ id, text, replaces }) => {
      const turn = stored.get(id);
      if (turn === undefined)
        return refused.has(id) ? [] : [`said is stored: ${id} is neither stored nor refused`];
      if (refused.has(id)) return [`refused is not stored: ${id} is stored all the same`];
      const isSame = turn.text === text && turn.replaces === replaces;
      return isSame ? [] : [`stored as said: ${id} is stored as ${JSON.stringify(turn)}`];
    }),
    ...[...stored.keys()]
      .filter((id) => !said.has(id))
      .map((id) => `stored was said: ${id} is not of this session`),
  ];
}

/**
 * Events are told in the order of the log, without a gap, as the record has them. Besides, the acknowledgement and the
 * answer of a message that was sent again tell their events once more, also before their turn.
 */
function wrongTold({ events }: SessionHistory, { by, frames, from, unreadable }: Heard): string[] {
  const wrong = unreadable.map((text) => `frames of the contract: ${by} was sent ${text}`);
  const first = frames[0]?.frame;
  if (first === undefined) return wrong;
  if (first.type !== 'welcome') return [...wrong, `welcome comes first: ${by} was sent ${first.type}`];
  const begin = (first.recovered ? from?.offset : first.offset) ?? 0;
  return [...wrong, ...wrongEvents(events, { by, begin, told: frames.flatMap(withOffset) })];
}

interface Told {
  readonly by: string;
  /** The offset after which events are told. */
  readonly begin: number;
  readonly told: readonly { readonly frame: ServerFrame; readonly offset: number }[];
}

function wrongEvents(events: readonly SessionEvent[], { by, begin, told }: Told): string[] {
  const wrong: string[] = [];
  let next = begin + 1;
  const repeatable = new Set<number>();
  for (const { frame, offset } of told) {
    const event = events[offset - 1];
    if (event === undefined || !formsOf(event).includes(formOf(frame)))
      wrong.push(`told as stored: ${by} was told ${short(frame)}, the record has ${short(event)}`);
    if (frame.type === 'ack' && frame.duplicate) continue;
    if (frame.type === 'done') repeatable.add(offset);
    if (offset === next) next += 1;
    else if (!repeatable.has(offset))
      wrong.push(`in order: ${by} was told ${short(frame)} where ${next} was next`);
  }
  return wrong;
}

function withOffset({ frame }: Heard['frames'][number]): Told['told'] {
  const offset = offsetOf(frame);
  return offset === undefined ? [] : [{ frame, offset }];
}

const short = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);

/** What a frame says of an event. */
function formOf(frame: ServerFrame): string {
  switch (frame.type) {
    case 'ack':
      return `acknowledged ${frame.id} ${frame.recordedAt}`;
    case 'turn':
    case 'answer':
      return `${frame.type} ${frame.turn.recordedAt} ${lineOfTurn({ ...frame.turn, replacedBy: undefined })}`;
    case 'done':
      return `done ${lineOfTurn({ ...frame, replyTo: frame.id })}`;
    default:
      return `${frame.type} ${'id' in frame ? frame.id : ''}`;
  }
}

/** The ways to tell an event. */
function formsOf({ kind, turn }: SessionEvent): string[] {
  const line = lineOfTurn({ ...turn, replacedBy: undefined, stopped: kind === 'stopped' });
  if (turn.replyTo === undefined)
    return [`acknowledged ${turn.id} ${turn.recordedAt}`, `turn ${turn.recordedAt} ${line}`];
  return kind === 'failed'
    ? [`error ${turn.replyTo}`]
    : [`done ${line}`, `answer ${turn.recordedAt} ${line}`];
}

/** A welcome is no older than what anybody was told before; it recovers what it says, and its history is the record's. */
function wrongWelcome(session: SessionHistory, heard: Heard): string[] {
  const frame = heard.frames[0]?.frame;
  if (frame?.type !== 'welcome') return [];
  const { recovered, offset } = frame;
  const { events } = session;
  const name = recovered ? 'recovered is never false' : 'welcome is not stale';
  const newest = toldBefore(session, heard.beganAt);
  const problems = [
    ...(offset < newest ? [`when ${newest} had been told`] : []),
    ...(offset > events.length ? [`of ${events.length}`] : []),
    ...(frame.epoch === epochAt(events, offset) ? [] : [`of the epoch "${frame.epoch}"`]),
    ...(recovered && !isBefore(heard.from, frame) ? [`when it asked for ${short(heard.from)}`] : []),
  ];
  return [
    ...problems.map((problem) => `${name}: ${heard.by} was welcomed at ${offset} ${problem}`),
    ...(recovered ? [] : wrongHistory(events, heard.by, frame)),
  ];
}

/** The last event of which any connection of the session was told before. */
const toldBefore = ({ heard }: SessionHistory, before: number): number =>
  heard
    .flatMap(({ frames }) => frames.filter(({ at }) => at < before))
    .reduce((last, { frame }) => Math.max(last, offsetOf(frame) ?? 0), 0);

/** A log has no epoch before its first event. */
const epochAt = (events: readonly SessionEvent[], offset: number): string | undefined =>
  offset === 0 ? '' : events[0]?.epoch;

const isBefore = (from: Position | undefined, { epoch, offset }: Position): boolean =>
  from?.epoch === epoch && from.offset <= offset;

function wrongHistory(
  events: readonly SessionEvent[],
  by: string,
  { offset, history = [] }: FrameOf<'welcome'>,
): string[] {
  const difference = differenceOf(history.map(lineOfTurn), lines(events.slice(0, offset)));
  return difference === '' ? [] : [`welcome shows the log: ${by} was shown\n${difference}`];
}

/** Words of another patient, in whatever frame. */
function leaks({ scope, heard }: SessionHistory): string[] {
  return heard.flatMap(({ by, frames }) =>
    frames.flatMap(({ frame }) =>
      tokensIn(JSON.stringify(frame))
        .filter((token) => !isOf(token, scope.patientId))
        .map((token) => `another patient's words: ${by} was sent ${token} in ${short(frame)}`),
    ),
  );
}

/** A page shows each message once, in order, its answer below it, whole; what was refused apart. */
function wrongList({ events }: SessionHistory, { name, conversation, refused }: Shown): string[] {
  const shown = conversation.entries
    .filter((entry) => !(entry.kind === 'said' && refused.has(entry.id)))
    .map(lineOfEntry);
  const difference = differenceOf(shown, lines(events));
  return difference === '' ? [] : [`the list is the log: ${name} shows\n${difference}`];
}

/** The lines of which one list has more than the other, or nothing; else all, where only their order differs. */
function differenceOf(shown: readonly string[], expected: readonly string[]): string {
  if (shown.join('\n') === expected.join('\n')) return '';
  const more = shown.filter((line) => !expected.includes(line));
  const less = expected.filter((line) => !shown.includes(line));
  const all = more.length + less.length === 0 ? shown : [];
  return [
    ...more.map((line) => `    + ${line}`),
    ...less.map((line) => `    - ${line}`),
    ...all.map((line) => `      ${line}`),
  ].join('\n');
}

/** The log as a list: each message, and below it its answer. */
function lines(events: readonly SessionEvent[]): string[] {
  return events.filter(isMessage).flatMap(({ turn }) => {
    const answer = events.find((event) => isAnswer(event) && event.turn.replyTo === turn.id);
    const edit = events.find((event) => isMessage(event) && event.turn.replaces === turn.id);
    return [
      lineOfTurn({ ...turn, replacedBy: edit?.turn.id }),
      ...(answer ? [lineOfTurn({ ...answer.turn, stopped: answer.kind === 'stopped' })] : []),
    ];
  });
}

interface Line {
  readonly id?: string;
  readonly replyTo?: string | undefined;
  readonly text: string;
  readonly replacedBy?: string | undefined;
  readonly stopped?: boolean | undefined;
}

const lineOfTurn = ({ id, replyTo, text, replacedBy, stopped }: Line): string =>
  replyTo === undefined
    ? `said ${id} ${text} ${replacedBy === undefined ? '' : `replaced by ${replacedBy}`}`
    : `answer to ${replyTo} ${text} ${stopped ? 'stopped' : 'whole'}`;

function lineOfEntry(entry: Entry): string {
  const isOpen = entry.kind === 'said' ? entry.delivery === 'pending' : entry.streaming;
  return `${lineOfTurn(entry)}${isOpen ? ' (open)' : ''}`;
}
