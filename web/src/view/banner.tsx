import type { JSX } from 'preact';
import type { Chat } from '../chat.ts';

/** One line for each store that is away. */
export function Banner({ chat }: { chat: Chat }): JSX.Element | null {
  const away = [...chat.away.value];
  if (away.length === 0) return null;
  return (
    <div class="banner" role="alert">
      {away.map(([name, reason]) => (
        <p key={name}>
          <strong>{name} is away.</strong> {reason}
        </p>
      ))}
    </div>
  );
}
