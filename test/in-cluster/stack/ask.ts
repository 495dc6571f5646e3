import { randomUUID } from 'node:crypto';
import { on } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { firstLine } from '../../../dial/client-errors.ts';
import { serverFrame, type ServerFrame, type UsedFact } from '../../../contract/protocol.ts';
import { httpPaths } from '../../../contract/services/backend.ts';

export interface Question {
  readonly patient: string;
  readonly session: string;
  readonly text: string;
}

export interface Answer {
  readonly text: string;
  readonly facts: readonly UsedFact[];
  /** Why it may know less than the memory holds. */
  readonly degraded?: string | undefined;
  /** What went wrong before it came, in order: error codes, refused handshakes, closed connections. */
  readonly setbacks: readonly string[];
}

const retryMs = 500;
const patienceMs = 240_000;

/** Where a session's WebSocket is. */
export const chatUrlOf = (wsUrl: string, { patient, session }: Omit<Question, 'text'>): string =>
  wsUrl +
  httpPaths.chat
    .replace(':patient', encodeURIComponent(patient))
    .replace(':session', encodeURIComponent(session));

/**
 * Sends one message as a real client does, and answers what it was answered: the same id goes out again after an
 * error, and over a new connection when one is refused or ends. Rejects after four minutes.
 */
export async function ask(wsUrl: string, question: Question): Promise<Answer> {
  const url = chatUrlOf(wsUrl, question);
  const message = { type: 'message', id: randomUUID(), text: question.text } as const;
  const setbacks: string[] = [];
  const signal = AbortSignal.timeout(patienceMs);
  while (!signal.aborted) {
    try {
      return { ...(await converse(url, message, { setbacks, signal })), setbacks };
    } catch (error) {
      setbacks.push(firstLine(error));
    }
    await pause(retryMs);
  }
  throw new Error(`"${question.text}" was not answered in ${patienceMs / 1_000} s: ${setbacks.join(', ')}.`);
}

type Message = { readonly id: string };
type Answered = Omit<Answer, 'setbacks'>;

async function converse(
  url: string,
  message: Message,
  { setbacks, signal }: { setbacks: string[]; signal: AbortSignal },
): Promise<Answered> {
  const socket = new WebSocket(url, { handshakeTimeout: 5_000 });
  // Whatever ends the loop below, the end of the socket is then no news.
  socket.on('error', () => undefined);
  try {
    for await (const event of on(socket, 'message', { close: ['close'], signal })) {
      const [data] = event as [Buffer];
      const frame = serverFrame.parse(JSON.parse(data.toString()));
      const answered = answerIn(frame, message.id);
      if (answered) return answered;
      const failed = frame.type === 'error' && frame.id === message.id;
      if (failed) {
        setbacks.push(frame.code);
        await pause(retryMs);
      }
      if (failed || frame.type === 'welcome') socket.send(JSON.stringify(message));
    }
    throw new Error('the connection was closed');
  } finally {
    socket.terminate();
  }
}

/** A frame's answer to `id`; after a reconnect it may be in the history already. */
function answerIn(frame: ServerFrame, id: string): Answered | undefined {
  if (frame.type === 'done' && frame.id === id) return frame;
  if (frame.type !== 'welcome') return undefined;
  const stored = frame.history?.find(({ replyTo }) => replyTo === id);
  return stored && { text: stored.text, facts: [] };
}
