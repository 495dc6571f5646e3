import { randomUUID } from 'node:crypto';
import { on } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { problem } from './http.ts';
import { serverFrame, subprotocols, type ServerFrame } from './protocol.ts';
import { httpPaths } from './services/backend.ts';
import type { Api } from '../kube/api.ts';
import { dialPod, type PodPort } from '../kube/port-forward.ts';

export interface ChatTurn {
  readonly pod: string;
  readonly question: string;
  readonly answer: string;
}

/** Whose chat it is. With `spec.auth.mode: jwt` a token, and the patient it belongs to. */
export interface Speaker {
  readonly patient: string;
  readonly token?: string;
}

const question = 'Is anybody there?';
const turnMs = 20_000;

/**
 * One message and its answer over a WebSocket to a pod, as any client has them: the contract's frames, an
 * acknowledgement (the message is stored) and the whole answer.
 * @throws Error in words: the refused handshake's reasons, the code and message of an error frame, or the close.
 */
export async function chatTurn(api: Api, at: PodPort, speaker: Speaker): Promise<ChatTurn> {
  const stream = await dialPod(api, at);
  const path = httpPaths.chat
    .replace(':patient', encodeURIComponent(speaker.patient))
    .replace(':session', encodeURIComponent(`session:${randomUUID()}`));
  const protocols =
    speaker.token === undefined ? [] : [subprotocols.chat, `${subprotocols.token}${speaker.token}`];
  const socket = new WebSocket(`ws://${at.pod}${path}`, protocols, {
    createConnection: () => stream,
    handshakeTimeout: turnMs,
  });
  const refused = new Promise<never>((_, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      void refusalOf(response).then(reject);
    });
    socket.on('error', reject);
    stream.once('error', reject);
  });
  refused.catch(() => undefined);
  try {
    return { pod: at.pod, question, answer: await Promise.race([converse(socket), refused]) };
  } finally {
    socket.terminate();
    stream.destroy();
  }
}

async function converse(socket: WebSocket): Promise<string> {
  const id = randomUUID();
  let acknowledged = false;
  for await (const event of on(socket, 'message', {
    close: ['close'],
    signal: AbortSignal.timeout(turnMs),
  })) {
    const [text] = event as [Buffer];
    const frame: ServerFrame = serverFrame.parse(JSON.parse(text.toString()));
    if (frame.type === 'welcome') socket.send(JSON.stringify({ type: 'message', id, text: question }));
    if (frame.type === 'error') throw new Error(`the chat answered ${frame.code}: ${frame.message}`);
    if (frame.type === 'ack' && frame.id === id) acknowledged = true;
    if (frame.type === 'done' && frame.id === id) return said(frame.text, acknowledged);
  }
  throw new Error('the chat closed the connection before it answered');
}

function said(text: string, acknowledged: boolean): string {
  if (!acknowledged) throw new Error('the chat answered a message it never acknowledged as stored');
  if (text.trim() === '') throw new Error('the chat answered with nothing');
  return text;
}

async function refusalOf(response: IncomingMessage): Promise<Error> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const parsed = problem.safeParse(jsonOf(Buffer.concat(chunks).toString()));
  const why = parsed.success ? `${parsed.data.message} ${(parsed.data.reasons ?? []).join('; ')}`.trim() : '';
  return new Error(
    `the chat refused the handshake with ${response.statusCode ?? 'no status'}${why ? `: ${why}` : ''}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
