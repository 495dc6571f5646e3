import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import { keyOf, type Entry } from '../../../client/conversation.ts';
import { AnswerView, SaidView } from './entry.tsx';

/** Pixels from the end within which the reader counts as at the end. */
const near = 80;

export function MessageList({ chat }: { chat: Chat }): JSX.Element {
  const entries = chat.entries.value;
  const isConnected = chat.state.value.name === 'connected';
  const edited = new Set(entries.flatMap((one) => (one.kind === 'said' && one.replacedBy ? one.id : [])));
  const follow = useFollowing(entries);
  // Silent while an answer grows piece by piece, and while a history is filled in.
  const quiet = chat.answering.value || !isConnected;
  return (
    <div class="messages">
      <div
        class="scroll"
        role="log"
        aria-label="Messages"
        aria-live={quiet ? 'off' : 'polite'}
        tabIndex={0}
        ref={follow.list}
        onScroll={follow.onScroll}
      >
        {entries.length === 0 && isConnected && (
          <p class="empty">
            Tell me something about yourself. I will remember it, with the date you said it.
          </p>
        )}
        <ol>
          {entries.map((entry) =>
            entry.kind === 'said' ? (
              <SaidView key={keyOf(entry)} said={entry} onAgain={() => chat.sendAgain(entry)} />
            ) : (
              <AnswerView key={keyOf(entry)} answer={entry} isEdited={edited.has(entry.replyTo)} />
            ),
          )}
        </ol>
        {chat.answering.value && (
          <p class="thinking">
            {entries.some(isStreaming) ? 'Answering…' : 'Remembering…'}{' '}
            <button type="button" onClick={() => chat.stopAnswers()}>
              Stop
            </button>
          </p>
        )}
      </div>
      {follow.behind && (
        <button type="button" class="latest" onClick={follow.toEnd}>
          Jump to latest
        </button>
      )}
      <p class="unseen" aria-live="polite">
        {latestAnswer(chat)}
      </p>
    </div>
  );
}

const isStreaming = (entry: Entry) => entry.kind === 'answer' && entry.streaming;

/** The last complete answer, for screen readers; the answer in progress is not announced. */
function latestAnswer(chat: Chat): string {
  const last = chat.entries.value.at(-1);
  return last?.kind === 'answer' && !last.streaming ? last.text : '';
}

/** Scrolls to the end when the reader was at the end, and does not when the reader has scrolled up. */
function useFollowing(shown: unknown): {
  list: { current: HTMLDivElement | null };
  behind: boolean;
  onScroll: () => void;
  toEnd: () => void;
} {
  const list = useRef<HTMLDivElement>(null);
  const behind = useSignal(false);
  const width = useRef(0);
  const toEnd = () => {
    const element = list.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    if (!behind.value) toEnd();
  }, [shown]);
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    // A phone's keyboard makes the list shorter: a reader at its end stays there.
    const observer = new ResizeObserver(() => {
      width.current = element.clientWidth;
      if (!behind.peek()) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const element = list.current;
    // Ignores a scroll caused by a resize; the observer runs right after it.
    if (element === null || element.clientWidth !== width.current) return;
    behind.value = element.scrollHeight - element.scrollTop - element.clientHeight > near;
  };
  return { list, behind: behind.value, onScroll, toEnd };
}
