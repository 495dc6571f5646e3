import { nameSchema } from '../../contract/protocol.ts';

/** Whose chat the address names, `/chat/:patient` percent-decoded; undefined when it names nobody. */
export function patientOf(pathname: string): string | undefined {
  const encoded = /^\/chat\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return nameSchema.safeParse(decodeURIComponent(encoded)).data;
  } catch {
    return undefined; // a percent sign that begins no character
  }
}

/** The WebSocket's address on the page's own origin. */
export function socketUrl(origin: string, patientId: string, sessionId: string): string {
  const url = new URL(`/ws/chat/${encodeURIComponent(patientId)}/${encodeURIComponent(sessionId)}`, origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
