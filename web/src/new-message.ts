import { limits, type MessageFrame } from '../../client/frames.generated.ts';

/** A message with an id of its own. */
export function newMessage(text: string): MessageFrame {
  return { type: 'message', id: newId(), text: text.trim() };
}

/**
 * Why the server would refuse a message, in words; undefined if it would not. A frame that makes the server close the
 * connection must not be sent: it would be sent again after every reconnect.
 */
export function refusalOf(frame: MessageFrame): string | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(frame)).length;
  if (frame.text.length <= limits.textLength && bytes <= limits.messageBytes) return undefined;
  return `The message is too long: at most ${limits.textLength} characters.`;
}

/** Not `crypto.randomUUID`, which exists in secure contexts only: not on a node port without TLS. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
