import { nameSchema } from '../../contract/protocol.ts';
import { httpPaths } from '../../contract/services/backend.ts';

/** The patient in the page's path, percent-decoded; undefined when there is none. */
export function patientOf(pathname: string): string | undefined {
  const folder = httpPaths.page.replace(':patient', '');
  if (!pathname.startsWith(folder)) return undefined;
  try {
    return nameSchema.safeParse(decodeURIComponent(pathname.slice(folder.length).replace(/\/$/, ''))).data;
  } catch {
    return undefined; // malformed percent-encoding
  }
}

/** The path of a patient's context. */
export function contextPath(patientId: string): string {
  return httpPaths.context.replace(':patient', encodeURIComponent(patientId));
}

/** The WebSocket's address on the page's own origin. */
export function socketUrl(origin: string, patientId: string, sessionId: string): string {
  const path = httpPaths.chat
    .replace(':patient', encodeURIComponent(patientId))
    .replace(':session', encodeURIComponent(sessionId));
  const url = new URL(path, origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
