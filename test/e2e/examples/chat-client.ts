import { once } from 'node:events';
import WebSocket from 'ws';
import { z } from 'zod';

/** What examples/fastapi-chat sends. */
const turn = z.looseObject({ id: z.string(), offset: z.int(), text: z.string() });
const frame = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('welcome'), history: z.array(turn) }),
  z.looseObject({ type: z.literal('ack'), id: z.string(), offset: z.int() }),
  z.looseObject({ type: z.literal('answer'), id: z.string(), offset: z.int(), text: z.string() }),
  z.looseObject({ type: z.literal('error'), message: z.string() }),
]);
type Frame = z.infer<typeof frame>;

/** A conversation that was accepted. */
export interface Conversation {
  /** The texts of what was said before. */
  readonly history: readonly string[];
  /** Sends a text as it is; answers the next frame. */
  readonly send: (text: string) => Promise<Frame>;
  /** Says something; answers the frames it brings, its `ack` first. */
  readonly say: (id: string, text: string) => Promise<readonly [Frame, Frame]>;
  readonly close: () => Promise<void>;
}

/** What became of a handshake: a conversation, or the status and body with which it was refused. */
export type Handshake =
  { readonly accepted: Conversation } | { readonly status: number; readonly body: unknown };

/** One handshake of a patient's session. Rejects when nothing answers. */
export async function handshake(url: string, patient: string, session: string): Promise<Handshake> {
  const path = [patient, session].map(encodeURIComponent).join('/');
  const socket = new WebSocket(`${url}/ws/chat/${path}`);
  const frames = framesOf(socket);
  const refused = new Promise<Handshake>((resolve, reject) => {
    socket.on('unexpected-response', (_, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown }),
      );
      response.on('error', reject);
    });
    socket.on('error', reject);
  });
  return Promise.race([refused, once(socket, 'open').then(() => accepted(socket, frames))]);
}

/** The same, which must be accepted. */
export async function converse(url: string, patient: string, session: string): Promise<Conversation> {
  const became = await handshake(url, patient, session);
  if ('accepted' in became) return became.accepted;
  throw new Error(`The handshake was refused with ${became.status}: ${JSON.stringify(became.body)}`);
}

async function accepted(socket: WebSocket, next: () => Promise<Frame>): Promise<Handshake> {
  const first = await next();
  if (first.type !== 'welcome') throw new Error(`The first frame is ${JSON.stringify(first)}.`);
  const send = async (text: string): Promise<Frame> => {
    socket.send(text);
    return next();
  };
  return {
    accepted: {
      history: first.history.map(({ text }) => text),
      send,
      say: async (id, text) => [await send(JSON.stringify({ type: 'message', id, text })), await next()],
      close: async () => {
        socket.close();
        await once(socket, 'close');
      },
    },
  };
}

/** The frames in their order, each once. */
function framesOf(socket: WebSocket): () => Promise<Frame> {
  const come: Frame[] = [];
  const waiting: ((frame: Frame) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const read = frame.parse(JSON.parse(data.toString()));
    const first = waiting.shift();
    if (first) first(read);
    else come.push(read);
  });
  return () => {
    const first = come.shift();
    return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
  };
}
