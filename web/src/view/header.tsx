import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Chat } from '../chat.ts';
import { Countdown } from './countdown.tsx';

const modes: Readonly<Record<string, string>> = {
  extractive: 'Answers quote what you told me; no language model is connected',
  llm: 'Answers are written by a language model from what you told me',
};

export function Header({ chat, drawer }: { chat: Chat; drawer: Signal<boolean> }): JSX.Element {
  const mode = chat.mode.value;
  return (
    <header>
      <div class="who">
        <h1>{chat.patientId}</h1>
        <p class="mode">
          {modes[mode ?? ''] ?? '\u00a0'}
          {chat.search.value === 'words' && '; they are found by their words only'}
        </p>
      </div>
      <Status chat={chat} />
      <button
        type="button"
        class="drawer-button"
        aria-expanded={drawer.value}
        aria-controls="memory"
        onClick={() => (drawer.value = !drawer.value)}
      >
        Memory
      </button>
    </header>
  );
}

/** Screen readers announce the words, but not the countdown, which changes every second. */
function Status({ chat }: { chat: Chat }): JSX.Element {
  const state = chat.state.value;
  const mayRetry = state.name === 'waiting' || state.name === 'stopped';
  return (
    <div class={`status ${state.name}`}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{words(chat)}</span>
      {state.name === 'waiting' && <Countdown until={state.retryAt} />}
      {mayRetry && (
        <button type="button" onClick={() => chat.retryNow()}>
          Retry now
        </button>
      )}
    </div>
  );
}

function words(chat: Chat): string {
  const state = chat.state.value;
  switch (state.name) {
    case 'idle':
    case 'connecting':
      return 'Connecting…';
    case 'connected':
      return 'Connected';
    case 'waiting':
    case 'stopped':
      return state.reason;
  }
}
