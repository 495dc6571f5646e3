import type { JSX } from 'preact';
import type { Chat } from '../chat.ts';

/** The consequences of stores that are away, without duplicates. */
export function Banner({ chat }: { chat: Chat }): JSX.Element | null {
  const reasons = new Set(chat.away.value.values());
  if (reasons.size === 0) return null;
  return (
    <div class="banner" role="alert">
      {[...reasons].map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
    </div>
  );
}
