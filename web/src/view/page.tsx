import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Chat } from '../chat.ts';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { Header } from './header.tsx';
import { MessageList } from './message-list.tsx';
import { Sidebar } from './sidebar.tsx';

export function Page({ chat }: { chat: Chat }): JSX.Element {
  const drawer = useSignal(false);
  const close = () => (drawer.value = false);
  return (
    <div class="page" onKeyDown={({ key }) => key === 'Escape' && close()}>
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
