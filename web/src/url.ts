import type { Position } from '../../client/connection.ts';
import { httpPaths, readName, resumeQuery } from '../../client/frames.generated.ts';

/** The patient in the page's path, percent-decoded; undefined when there is none. */
export function patientOf(pathname: string): string | undefined {
  const folder = httpPaths.page.replace(':patient', '');
  if (!pathname.startsWith(folder)) return undefined;
  try {
    return readName(decodeURIComponent(pathname.slice(folder.length).replace(/\/$/, '')), 'path');
  } catch {
    return undefined; // malformed percent-encoding, or no name
  }
}

/** The path of a patient's context. */
export function contextPath(patientId: string): string {
  return httpPaths.context.replace(':patient', encodeURIComponent(patientId));
}

/** The WebSocket's address on the page's own origin. @param position what the server is asked to go on from. */
export function socketUrl(
  origin: string,
  { patientId, sessionId }: { readonly patientId: string; readonly sessionId: string },
  position?: Position,
): string {
  const path = httpPaths.chat
    .replace(':patient', encodeURIComponent(patientId))
    .replace(':session', encodeURIComponent(sessionId));
  const url = new URL(path, origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (position !== undefined) {
    url.searchParams.set(resumeQuery.epoch, position.epoch);
    url.searchParams.set(resumeQuery.offset, String(position.offset));
  }
  return url.href;
}
