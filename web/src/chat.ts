import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { PatientContext } from '../../contract/http.ts';
import { limits, type AnswerMode, type ClientFrame, type ServerFrame } from '../../contract/protocol.ts';
import { fetchContext, fetchStatus, openSocket } from './backend.ts';
import { Connection, type ConnectionState } from './connection.ts';
import { isAnswered, receive, say, unanswered, type Conversation } from './conversation.ts';
import { socketUrl } from './place.ts';
import { keepUnsent, sessionOf, unsentOf } from './storage.ts';

/** What the sidebar knows. `problem`: why it could not be asked, so that an outage is never shown as no memories. */
export interface Remembered {
  readonly context?: PatientContext;
  readonly problem?: string;
}

/** All the page shows, and what a person can do. One for each page load. */
export interface Chat {
  readonly patientId: string;
  readonly state: ReadonlySignal<ConnectionState>;
  readonly entries: ReadonlySignal<Conversation>;
  readonly mode: ReadonlySignal<AnswerMode | undefined>;
  /** Stores that are away, each with the reason in words. */
  readonly away: ReadonlySignal<ReadonlyMap<string, string>>;
  readonly remembered: ReadonlySignal<Remembered>;
  /** Whether an answer is on its way. */
  readonly answering: ReadonlySignal<boolean>;
  /** Answers why the text cannot be sent, in words, or undefined once it is on its way. */
  send(text: string): string | undefined;
  sendAgain(message: { readonly id: string; readonly text: string }): void;
  retryNow(): void;
}

export function startChat(patientId: string): Chat {
  const sessionId = sessionOf(patientId);
  const unsent = unsentOf(sessionId);
  const state = signal<ConnectionState>({ name: 'idle' });
  const entries = signal<Conversation>(unsent.reduce(say, []));
  const mode = signal<AnswerMode>();
  const away = signal<ReadonlyMap<string, string>>(new Map());
  const remembered = signal<Remembered>({});
  const refresh = contextRefresher(patientId, remembered);

  const connection = new Connection(
    {
      now: () => Date.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      random: () => Math.random(),
      open: (events) => openSocket(socketUrl(location.origin, patientId, sessionId), events),
      status: fetchStatus,
    },
    {
      state: (next) => (state.value = next),
      frame: onFrame,
      kept: (frames) => keepUnsent(sessionId, frames),
    },
    unsent,
  );

  function onFrame(frame: ServerFrame): void {
    entries.value = receive(entries.value, frame);
    if (frame.type === 'welcome') {
      mode.value = frame.mode;
      away.value = new Map();
      for (const message of unanswered(entries.value)) connection.send(message);
    }
    if (frame.type === 'dependency') away.value = afterDependency(away.value, frame);
    if (frame.type === 'welcome' || frame.type === 'done' || frame.type === 'dependency') void refresh();
  }

  function deliver(frame: ClientFrame): void {
    entries.value = say(entries.value, frame);
    connection.send(frame);
  }

  window.addEventListener('online', () => connection.wake());
  connection.start();
  return {
    patientId,
    state,
    entries,
    mode,
    away,
    remembered,
    answering: computed(
      () =>
        state.value.name === 'connected' &&
        entries.value.some((entry) => entry.kind === 'said' && isAwaited(entries.value, entry)),
    ),
    send(text) {
      const frame: ClientFrame = { type: 'message', id: newId(), text: text.trim() };
      const problem = refusal(frame);
      if (problem === undefined) deliver(frame);
      return problem;
    },
    sendAgain: ({ id, text }) => deliver({ type: 'message', id, text }),
    retryNow: () => connection.start(),
  };
}

function isAwaited(entries: Conversation, said: Extract<Conversation[number], { kind: 'said' }>): boolean {
  return said.delivery === 'sent' && said.problem === undefined && !isAnswered(entries, said);
}

/** A frame the server would close the connection for must not be sent: it would be, after every reconnect. */
function refusal(frame: ClientFrame): string | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(frame)).length;
  if (frame.text.length <= limits.textLength && bytes <= limits.messageBytes) return undefined;
  return `The message is too long: at most ${limits.textLength} characters.`;
}

/** `crypto.randomUUID` is missing where the page is served without TLS to another machine. */
function newId(): string {
  return crypto
    .getRandomValues(new Uint8Array(16))
    .reduce((id, byte) => id + byte.toString(16).padStart(2, '0'), '');
}

function afterDependency(
  before: ReadonlyMap<string, string>,
  { name, state, reason }: Extract<ServerFrame, { type: 'dependency' }>,
): ReadonlyMap<string, string> {
  const after = new Map(before);
  if (state === 'away') after.set(name, reason);
  else after.delete(name);
  return after;
}

/** Asks for what is remembered; only the latest answer counts, and a failure keeps what was shown. */
function contextRefresher(patientId: string, remembered: { value: Remembered }): () => Promise<void> {
  let latest = 0;
  return async () => {
    const turn = ++latest;
    const next = await fetchContext(patientId).then(
      (context): Remembered => ({ context }),
      (error: unknown): Remembered => ({ ...remembered.value, problem: (error as Error).message }),
    );
    if (turn === latest) remembered.value = next;
  };
}
