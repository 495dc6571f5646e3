import { on } from 'node:events';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { serverFrame, type Turn } from '../../../contract/protocol.ts';
import { chatUrlOf } from '../stack/ask.ts';
import { until } from '../stack/until.ts';
import type { Chatter } from './crowd.ts';

/**
 * Asserts that every message the server acknowledged to a client is stored and answered, and that none is stored,
 * answered or shown twice.
 * @param socketsUrl where WebSockets are.
 */
export async function nothingLostOrTwice(
  socketsUrl: string,
  { patient, session, client }: Chatter,
): Promise<void> {
  const history = await historyOf(chatUrlOf(socketsUrl.replace(/^http/, 'ws'), { patient, session }));
  const stored = history.filter(({ speaker }) => speaker === 'patient').map(({ id }) => id);
  const answered = history.flatMap(({ replyTo }) => replyTo ?? []);
  const shown = client.entries.filter(({ kind }) => kind === 'said').map(({ text }) => text);
  for (const each of [stored, answered, shown]) expect(each).toEqual([...new Set(each)]);
  expect([...client.acknowledged].filter((id) => !stored.includes(id))).toEqual([]);
  expect(stored.filter((id) => !answered.includes(id))).toEqual([]);
}

/** What a new connection is shown of a session; dialled again while the last pod is still leaving. */
async function historyOf(url: string): Promise<readonly Turn[]> {
  let history: readonly Turn[] = [];
  await until('a connection to show the history', async () => {
    history = await historyShownBy(new WebSocket(url));
    return true;
  });
  return history;
}

const showsWithinMs = 10_000;

async function historyShownBy(socket: WebSocket): Promise<readonly Turn[]> {
  try {
    const options = { close: ['close'], signal: AbortSignal.timeout(showsWithinMs) };
    for await (const event of on(socket, 'message', options)) {
      const [data] = event as [Buffer];
      const frame = serverFrame.parse(JSON.parse(data.toString()));
      if (frame.type === 'welcome') return frame.history ?? [];
    }
    throw new Error('The connection was closed.');
  } finally {
    // Whatever ended the loop, the end of the socket is then no news.
    socket.on('error', () => undefined);
    socket.terminate();
  }
}
