import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { Header } from './header.tsx';
import { MessageList } from './message-list.tsx';
import { Sidebar } from './sidebar.tsx';

export function Page({ chat }: { chat: Chat }): JSX.Element {
  const drawer = useSignal(false);
  const close = () => (drawer.value = false);
  useEscape(() => (drawer.value ? close() : chat.stopAnswers()));
  return (
    <div class="page">
      <Header chat={chat} drawer={drawer} />
      <main>
        <Banner chat={chat} />
        <MessageList chat={chat} />
        <Composer chat={chat} />
      </main>
      <Sidebar chat={chat} open={drawer.value} onClose={close} />
      {drawer.value && <div class="backdrop" onClick={close} />}
    </div>
  );
}

/** Wherever the focus is: it is nowhere on the page after a button that had it is gone. */
function useEscape(run: () => void): void {
  useEffect(() => {
    const onKeyDown = ({ key, isComposing }: KeyboardEvent) => key === 'Escape' && !isComposing && run();
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
}

/** The address names no patient: there is nothing to connect to. */
export function NoPatient(): JSX.Element {
  return (
    <div class="no-patient">
      <h1>Whose chat?</h1>
      <p>
        The address must be <code>/chat/</code> and a patient, without spaces or slashes, for example{' '}
        <a href="/chat/patient:demo">/chat/patient:demo</a>.
      </p>
    </div>
  );
}
