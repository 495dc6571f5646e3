import fc from 'fast-check';
import type { MessageFrame, ServerFrame, Turn } from '../../client/frames.generated.ts';
import { message } from './world.ts';

/** What a server tells next: an event of the log, or a piece of an answer. */
export interface Step {
  /** The same told in several ways, such as to the connection that asked and to the others. */
  readonly forms: readonly ServerFrame[];
  /** Of an event: its offset. */
  readonly offset?: number;
  /** What a history has of it. */
  readonly turn?: Turn;
}

/** What a server has to tell of a session. */
export interface SessionLog {
  /** The messages that this page says. */
  readonly own: readonly MessageFrame[];
  readonly steps: readonly Step[];
}

/** A message, and what happens to it. */
interface Story {
  readonly frame: MessageFrame;
  readonly isOwn: boolean;
  /** How often its answer fails. */
  readonly failures: number;
  readonly end: 'answered' | 'stopped' | 'failed';
}

const recordedAt = '2026-01-01T00:00:00.000Z';
const pieces = ['You ', 'like ', 'tea.'];

const stories: fc.Arbitrary<Story[]> = fc
  .array(
    fc.record({
      isOwn: fc.boolean(),
      edits: fc.option(fc.nat(4), { nil: undefined }),
      failures: fc.nat(2),
      end: fc.constantFrom('answered', 'stopped', 'failed'),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((told) =>
    told.map(({ edits, ...story }, index) => {
      // Each message is edited once at most, and by a later one.
      const isFree =
        edits !== undefined && edits < index && told.findIndex((one) => one.edits === edits) === index;
      return { ...story, frame: { ...message(`m${index}`), ...(isFree ? { replaces: `m${edits}` } : {}) } };
    }),
  );

/** Logs in which messages and answers are mixed. */
export const sessionLogs: fc.Arbitrary<SessionLog> = fc
  .tuple(stories, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }))
  .map(([told, picks]) => ({
    own: told.filter(({ isOwn }) => isOwn).map(({ frame }) => frame),
    steps: numbered(mixed(told.map(stepsOf), picks)),
  }));

type Unnumbered = (offset: number) => Step;

/** A message begins after the one before it has begun. `picks` says which one goes on next. */
function mixed(queues: readonly (readonly Unnumbered[])[], picks: readonly number[]): Unnumbered[] {
  const left = queues.map((queue) => [...queue]);
  const order: Unnumbered[] = [];
  for (;;) {
    const begun = left.findIndex((queue, index) => queue.length === queues[index]?.length);
    const ready = left.filter((queue, index) => queue.length > 0 && (begun === -1 || index <= begun));
    const queue = ready[(picks[order.length % picks.length] ?? 0) % ready.length];
    const step = queue?.shift();
    if (step === undefined) return order;
    order.push(step);
  }
}

function numbered(order: readonly Unnumbered[]): Step[] {
  let last = 0;
  return order.map((step) => {
    const told = step(last + 1);
    last = told.offset ?? last;
    return told;
  });
}

function stepsOf({ frame, isOwn, failures, end }: Story): Unnumbered[] {
  const attempts = Array.from({ length: failures + 1 }, (_, index) => index + 1);
  return [
    said(frame, isOwn),
    ...attempts.flatMap((attempt) => {
      const isLast = attempt === attempts.length;
      const outcome =
        isLast && end !== 'failed' ? answered(frame.id, end === 'stopped') : failed(frame.id, attempt);
      return [...pieces.map((_, index) => piece(frame.id, attempt, index)), outcome];
    }),
  ];
}

const said =
  ({ id, text, replaces }: MessageFrame, isOwn: boolean): Unnumbered =>
  (offset) => {
    const turn = { id, offset, speaker: 'patient', text, recordedAt, ...(replaces ? { replaces } : {}) };
    return {
      ...{ offset, turn },
      forms: [
        { type: 'turn', offset, turn },
        // Only to who sent it.
        ...(isOwn ? [{ type: 'ack', id, offset, recordedAt, duplicate: false } as const] : []),
      ],
    };
  };

/** A piece may come with what was said before it, or with what comes next. */
const piece =
  (id: string, attempt: number, index: number): Unnumbered =>
  () => ({
    forms: [0, index].flatMap((from) =>
      [index + 1, pieces.length].map((to): ServerFrame => {
        const text = pieces.slice(from, to).join('');
        return { type: 'delta', id, attempt, at: pieces.slice(0, from).join('').length, text };
      }),
    ),
  });

const answered =
  (id: string, isStopped: boolean): Unnumbered =>
  (offset) => {
    const text = isStopped ? pieces.slice(0, 2).join('') : pieces.join('');
    const stopped = isStopped ? { stopped: true } : {};
    const answer = { id: `a-${id}`, offset, speaker: 'assistant', text, recordedAt, replyTo: id, ...stopped };
    return {
      ...{ offset, turn: answer },
      forms: [
        { type: 'answer', offset, turn: answer, facts: [] },
        { type: 'done', id, offset, text, recordedAt, facts: [], ...stopped },
      ],
    };
  };

const failed =
  (id: string, attempt: number): Unnumbered =>
  (offset) => ({
    offset,
    forms: [
      {
        type: 'error',
        code: 'ANSWER_FAILED',
        retryable: true,
        message: 'No answer could be made.',
        id,
        offset,
        attempt,
      },
    ],
  });

/** What the log has up to `offset`, as a `welcome` shows it. */
export function historyOf({ steps }: SessionLog, offset: number): Turn[] {
  const turns = steps.flatMap(({ turn }) => (turn !== undefined && turn.offset <= offset ? [turn] : []));
  const edits = new Map(turns.map(({ id, replaces }) => [replaces, id]));
  const answers = new Map(turns.map((turn) => [turn.replyTo, turn]));
  return turns
    .filter(({ replyTo }) => replyTo === undefined)
    .flatMap((turn) => {
      const replacedBy = edits.get(turn.id);
      const answer = answers.get(turn.id);
      return [replacedBy === undefined ? turn : { ...turn, replacedBy }, ...(answer ? [answer] : [])];
    });
}
