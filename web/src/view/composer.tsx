import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { limits } from '../../../client/frames.generated.ts';
import type { Chat } from '../chat.ts';
import { draftOf, keepDraft } from '../storage.ts';

/** Never disabled: a message written while disconnected is sent after the reconnect. */
export function Composer({ chat }: { chat: Chat }): JSX.Element {
  const draft = useSignal(draftOf(chat.patientId));
  const problem = useSignal<string | undefined>(undefined);
  const { name } = chat.state.value;
  const isAway = name === 'waiting' || name === 'stopped';
  const edit = (text: string) => {
    draft.value = text;
    problem.value = undefined;
    keepDraft(chat.patientId, text);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (draft.value.trim() === '') return;
    problem.value = chat.send(draft.value);
    if (problem.value === undefined) edit('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends an input-method composition (Japanese, Chinese, Korean) does not send.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
  };
  return (
    <form class="composer" onSubmit={submit}>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <textarea
        aria-label="Message"
        placeholder={isAway ? 'Sent once connected' : 'Write a message'}
        rows={1}
        maxLength={limits.textLength}
        enterkeyhint="send"
        value={draft.value}
        onInput={({ currentTarget }) => edit(currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" disabled={draft.value.trim() === ''}>
        Send
      </button>
    </form>
  );
}
