import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { Connection, type ConnectionState, type World } from '../../client/connection.ts';
import {
  awaited,
  emptyConversation,
  receive,
  say,
  unanswered,
  type Entry,
  type Said,
} from '../../client/conversation.ts';
import type { MessageFrame, ServerFrame } from '../../client/frames.generated.ts';
import { fetchContext, fetchRefusal, fetchStatus, openSocket } from './backend.ts';
import { afterDependency, awayBy, type Away } from './dependencies.ts';
import { newMessage, refusalOf } from './new-message.ts';
import { socketUrl } from './url.ts';
import { rememberedFrom, type Remembered } from './context-panel.ts';
import { keepUnsent, sessionOf, tokenOf, unsentOf } from './storage.ts';

/** The state of the page and the user's actions. One for each page load. */
export interface Chat {
  readonly patientId: string;
  readonly state: ReadonlySignal<ConnectionState>;
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** How answers are made; undefined while it is not known. */
  readonly mode: ReadonlySignal<string | undefined>;
  /** How the memory is searched: by `meaning` and words, or by `words`. */
  readonly search: ReadonlySignal<string | undefined>;
  readonly away: ReadonlySignal<Away>;
  readonly remembered: ReadonlySignal<Remembered>;
  /** Whether an answer is in progress. */
  readonly answering: ReadonlySignal<boolean>;
  /** Sends a text. @returns why it cannot be sent, in words; undefined when it is sent. */
  send(text: string): string | undefined;
  sendAgain(said: Said): void;
  /** Ends the answers in progress. */
  stopAnswers(): void;
  retryNow(): void;
}

export function startChat(patientId: string): Chat {
  const sessionId = sessionOf(patientId);
  const token = tokenOf();
  const unsent = unsentOf(sessionId);
  const state = signal<ConnectionState>({ name: 'idle' });
  const conversation = signal(unsent.reduce(say, emptyConversation));
  const mode = signal<string>();
  const search = signal<string>();
  const away = signal<Away>(new Map());
  const { remembered, refresh } = rememberedFrom(() => fetchContext(patientId, token));

  const world: World = {
    ...browserClock,
    open: (events, position) =>
      openSocket(socketUrl(location.origin, { patientId, sessionId }, position), events, token),
    refusal: () => fetchRefusal(patientId, token),
    async status(withinMs) {
      const status = await fetchStatus(withinMs);
      mode.value = status.mode;
      search.value = status.search;
      away.value = awayBy(status);
      return status;
    },
  };
  const kept = (frames: readonly MessageFrame[]) => keepUnsent(sessionId, frames);
  const connection = new Connection(world, { state: onState, frame: onFrame, kept }, unsent);

  function onState(next: ConnectionState): void {
    state.value = next;
    const { context, problem } = remembered.value;
    if (next.name === 'waiting' && context === undefined && problem === undefined) void refresh();
  }

  function onFrame(frame: ServerFrame): void {
    conversation.value = receive(conversation.value, frame);
    if (frame.type === 'welcome') {
      mode.value = frame.mode;
      // After a resumed connection, how each answer ended comes by itself.
      if (!frame.recovered)
        for (const message of unanswered(conversation.value)) connection.sendUnanswered(message);
    }
    if (frame.type === 'dependency') away.value = afterDependency(away.value, frame);
    if (changeMemory.has(frame.type)) void refresh();
  }

  function deliver(frame: MessageFrame): void {
    conversation.value = say(conversation.value, frame);
    connection.send(frame);
  }

  window.addEventListener('online', () => connection.wake());
  connection.start();
  return {
    patientId,
    state,
    entries: computed(() => conversation.value.entries),
    mode,
    search,
    away,
    remembered,
    answering: computed(() => state.value.name === 'connected' && awaited(conversation.value).length > 0),
    send(text) {
      const frame = newMessage(text);
      const refusal = refusalOf(frame);
      if (refusal === undefined) deliver(frame);
      return refusal;
    },
    sendAgain: ({ id, text, replaces }) => deliver({ type: 'message', id, text, replaces }),
    stopAnswers: () => awaited(conversation.value).forEach((id) => connection.stopAnswer(id)),
    retryNow: () => connection.start(),
  };
}

/** Frames after which the context panel may show something else: recent turns, facts, or what cannot be asked. */
const changeMemory = new Set<ServerFrame['type']>(['welcome', 'done', 'answer', 'memory', 'dependency']);

const browserClock: Pick<World, 'now' | 'after' | 'random'> = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
