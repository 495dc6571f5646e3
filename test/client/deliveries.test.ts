import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  emptyConversation,
  keyOf,
  receive,
  say,
  type Conversation,
  type Entry,
} from '../../client/conversation.ts';
import type { ServerFrame, Turn } from '../../client/frames.generated.ts';
import { historyOf, sessionLogs, type SessionLog, type Step } from './session-log.ts';
import { recovered, welcome } from './world.ts';

/** What a network and a server do next. `pick` chooses among what there is. */
interface Move {
  readonly kind: 'tell' | 'lose' | 'repeat' | 'recover' | 'history';
  readonly pick: number;
}

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('tell', 'tell', 'tell', 'lose', 'repeat', 'recover', 'history'),
    pick: fc.nat(),
  }),
  { maxLength: 60 },
);

/** The frames that reach the page: in the end every event was told, or is in a history. */
function deliver(log: SessionLog, moved: readonly Move[]): ServerFrame[] {
  const delivery = new Delivery(log);
  for (const { kind, pick } of moved) delivery[kind](pick);
  while (!delivery.isOver) delivery.tell(0);
  return delivery.frames;
}

class Delivery {
  readonly frames: ServerFrame[] = [welcome()];
  readonly #log: SessionLog;
  #next = 0;
  /** Of an earlier connection only events are told again. */
  #connectedAt = 0;

  constructor(log: SessionLog) {
    this.#log = log;
  }

  get isOver(): boolean {
    return this.#next >= this.#log.steps.length;
  }

  tell(pick: number): void {
    this.#send(this.#log.steps[this.#next], pick);
    this.#next = Math.min(this.#next + 1, this.#log.steps.length);
  }

  lose(pick: number): void {
    const isPiece = this.#log.steps[this.#next]?.offset === undefined;
    if (isPiece && !this.isOver) this.#next++;
    else this.tell(pick);
  }

  repeat(pick: number): void {
    const index = pick % (this.#next + 1);
    const step = this.#log.steps[index];
    if (index < this.#next && (step?.offset !== undefined || index >= this.#connectedAt))
      this.#send(step, pick);
  }

  recover(): void {
    this.#connectedAt = this.#next;
    this.frames.push(recovered(this.#offset()));
  }

  /** A connection that begins anew, after some of what is to come. */
  history(pick: number): void {
    this.#next += pick % (this.#log.steps.length - this.#next + 1);
    this.#connectedAt = this.#next;
    const offset = this.#offset();
    this.frames.push({ ...welcome(historyOf(this.#log, offset)), offset });
  }

  #offset(): number {
    return Math.max(0, ...this.#log.steps.slice(0, this.#next).map(({ offset = 0 }) => offset));
  }

  #send(step: Step | undefined, pick: number): void {
    const frame = step?.forms[pick % step.forms.length];
    if (frame !== undefined) this.frames.push(frame);
  }
}

const shown = ({ entries }: Conversation) => entries.map(lineOf);

function lineOf(entry: Entry): string {
  if (entry.kind === 'said')
    return [keyOf(entry), entry.delivery, entry.replacedBy ?? 'not edited'].join(', ');
  return [keyOf(entry), entry.text, entry.streaming ? 'streaming' : 'whole', entry.stopped].join(', ');
}

/** What a page that was told all must show. */
const lineOfTurn = ({ id, replyTo, text, replacedBy, stopped }: Turn): string =>
  replyTo === undefined
    ? `said ${id}, sent, ${replacedBy ?? 'not edited'}`
    : `answer ${replyTo}, ${text}, whole, ${stopped ?? false}`;

const asked = fc.tuple(sessionLogs, moves);
const begin = ({ own }: SessionLog): Conversation => own.reduce(say, emptyConversation);

test('whatever is delivered, the list ends as the log is', () => {
  fc.assert(
    fc.property(asked, ([log, moved]) => {
      const end = deliver(log, moved).reduce(receive, begin(log));
      expect(shown(end)).toEqual(historyOf(log, Number.MAX_SAFE_INTEGER).map(lineOfTurn));
    }),
    { numRuns: 500 },
  );
});

test('at no time is a message or an answer in the list twice, or an answer away from its message', () => {
  fc.assert(
    fc.property(asked, ([log, moved]) => {
      let list = begin(log);
      for (const frame of deliver(log, moved)) {
        list = receive(list, frame);
        const keys = list.entries.map(keyOf);
        expect(new Set(keys).size).toBe(keys.length);
        expect(list.entries.filter(isApart)).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

/** Whether an answer stands elsewhere than below its message. */
function isApart(entry: Entry, index: number, entries: readonly Entry[]): boolean {
  if (entry.kind === 'said') return false;
  const message = entries.findIndex((one) => one.kind === 'said' && one.id === entry.replyTo);
  return message !== -1 && message !== index - 1;
}

test('a message that has its answer shows no failure', () => {
  fc.assert(
    fc.property(asked, ([log, moved]) => {
      const { entries } = deliver(log, moved).reduce(receive, begin(log));
      const answered = new Set(entries.flatMap((entry) => (entry.kind === 'answer' ? entry.replyTo : [])));
      const wrong = entries.filter(
        (entry) => entry.kind === 'said' && entry.problem && answered.has(entry.id),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('sabotage: a list that appends pieces without looking where they begin is found', () => {
  const careless = (list: Conversation, frame: ServerFrame): Conversation => {
    if (frame.type !== 'delta') return receive(list, frame);
    const known = list.entries.find((one) => one.kind === 'answer' && one.replyTo === frame.id);
    return receive(list, { ...frame, at: known?.text.length ?? 0 });
  };
  const check = fc.property(asked, ([log, moved]) => {
    let list = begin(log);
    for (const frame of deliver(log, moved)) {
      list = careless(list, frame);
      for (const entry of list.entries)
        if (entry.kind === 'answer') expect('You like tea.').toContain(entry.text);
    }
  });
  expect(fc.check(check).failed).toBe(true);
});

test('an answer never shows more or less than a beginning of what was said', () => {
  fc.assert(
    fc.property(asked, ([log, moved]) => {
      let list = begin(log);
      for (const frame of deliver(log, moved)) {
        list = receive(list, frame);
        const texts = list.entries.flatMap((entry) => (entry.kind === 'answer' ? entry.text : []));
        expect(texts.filter((text) => !'You like tea.'.startsWith(text))).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});
