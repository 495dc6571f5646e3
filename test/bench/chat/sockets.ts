import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Handshakes under way at once. */
const atOnce = 100;

/** So many greeted WebSockets; `path` is patient and session of the nth. */
export async function openSockets(
  url: string,
  count: number,
  path: (nth: number) => string,
): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  let next = 0;
  const open = async (): Promise<void> => {
    while (next < count) {
      const nth = next++;
      const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws/chat/${path(nth)}`, {
        perMessageDeflate: false,
      });
      await once(socket, 'message');
      sockets.push(socket);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, open));
  return sockets;
}
