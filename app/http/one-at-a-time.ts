import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Most requests a client may send ahead of an answer; a longer line cuts the connection. */
const mostAhead = 100;

/** Time limit for a client to read a whole answer; answers are bounded, so that a slow line manages. */
export const readTimeoutMs = 120_000;

/**
 * Handles one request of a connection at a time. Requests sent ahead of an answer (pipelining) are not handled: that
 * answer says `Connection: close`, and the client sends them again on another connection (RFC 9112, 9.3.2).
 */
export function oneAtATime(handle: RequestListener): RequestListener {
  const answering = new WeakMap<object, { readonly response: ServerResponse; ahead: number }>();
  return (request, response) => {
    const { socket } = request;
    const current = answering.get(socket);
    if (current !== undefined) {
      current.ahead += 1;
      if (current.ahead > mostAhead) socket.destroy();
      else if (current.ahead === 1) endAfter(current.response, request);
      return;
    }
    answering.set(socket, { response, ahead: 0 });
    const cut = setTimeout(() => socket.destroy(), readTimeoutMs);
    response.once('close', () => {
      clearTimeout(cut);
      answering.delete(socket);
    });
    handle(request, response);
  };
}

function endAfter(response: ServerResponse, { socket }: IncomingMessage): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
  response.once('finish', () => socket.destroySoon());
}
