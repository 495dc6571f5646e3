import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { AnswerMode, ClientFrame, ServerFrame } from '../../contract/protocol.ts';
import { fetchContext, fetchRefusal, fetchStatus, openSocket } from './backend.ts';
import { Connection, type ConnectionState, type World } from './connection.ts';
import { isAwaited, receive, say, unanswered, type Conversation } from './conversation.ts';
import { afterDependency, awayBy, type Away } from './dependencies.ts';
import { newMessage, refusalOf } from './new-message.ts';
import { socketUrl } from './url.ts';
import { rememberedFrom, type Remembered } from './context-panel.ts';
import { keepUnsent, sessionOf, tokenOf, unsentOf } from './storage.ts';

/** The state of the page and the user's actions. One for each page load. */
export interface Chat {
  readonly patientId: string;
  readonly state: ReadonlySignal<ConnectionState>;
  readonly entries: ReadonlySignal<Conversation>;
  readonly mode: ReadonlySignal<AnswerMode | undefined>;
  readonly away: ReadonlySignal<Away>;
  readonly remembered: ReadonlySignal<Remembered>;
  /** Whether an answer is in progress. */
  readonly answering: ReadonlySignal<boolean>;
  /** Sends a text. @returns why it cannot be sent, in words; undefined when it is sent. */
  send(text: string): string | undefined;
  sendAgain(message: { readonly id: string; readonly text: string }): void;
  retryNow(): void;
}

export function startChat(patientId: string): Chat {
  const sessionId = sessionOf(patientId);
  const token = tokenOf();
  const unsent = unsentOf(sessionId);
  const state = signal<ConnectionState>({ name: 'idle' });
  const entries = signal<Conversation>(unsent.reduce(say, []));
  const mode = signal<AnswerMode>();
  const away = signal<Away>(new Map());
  const { remembered, refresh } = rememberedFrom(() => fetchContext(patientId, token));

  const world: World = {
    ...browserClock,
    open: (events) => openSocket(socketUrl(location.origin, patientId, sessionId), events, token),
    refusal: () => fetchRefusal(patientId, token),
    async status(withinMs) {
      const status = await fetchStatus(withinMs);
      mode.value = status.mode;
      away.value = awayBy(status);
      return status;
    },
  };
  const kept = (frames: readonly ClientFrame[]) => keepUnsent(sessionId, frames);
  const connection = new Connection(world, { state: onState, frame: onFrame, kept }, unsent);

  function onState(next: ConnectionState): void {
    state.value = next;
    const { context, problem } = remembered.value;
    if (next.name === 'waiting' && context === undefined && problem === undefined) void refresh();
  }

  function onFrame(frame: ServerFrame): void {
    entries.value = receive(entries.value, frame);
    if (frame.type === 'welcome') {
      mode.value = frame.mode;
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
    answering: computed(() => state.value.name === 'connected' && isAwaited(entries.value)),
    send(text) {
      const frame = newMessage(text);
      const refusal = refusalOf(frame);
      if (refusal === undefined) deliver(frame);
      return refusal;
    },
    sendAgain: ({ id, text }) => deliver({ type: 'message', id, text }),
    retryNow: () => connection.start(),
  };
}

const browserClock: Pick<World, 'now' | 'after' | 'random'> = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
