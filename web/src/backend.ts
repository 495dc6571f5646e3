import type { Socket, SocketEvents } from '../../client/connection.ts';
import {
  httpPaths,
  readPatientContext,
  readProblem,
  readStatus,
  subprotocols,
  type PatientContext,
  type Problem,
  type Status,
} from '../../client/frames.generated.ts';
import { readOrNone, type Reader } from '../../client/read.ts';
import { timing } from '../../client/timing.ts';
import { contextPath } from './url.ts';

/** @throws Error in words when the server does not answer within the time limit, or answers something else. */
export function fetchStatus(withinMs: number): Promise<Status> {
  return ask(httpPaths.status, readStatus, { withinMs });
}

/** @throws Error in words when the server is away, refuses, or answers something else. */
export function fetchContext(patientId: string, token?: string): Promise<PatientContext> {
  return ask(contextPath(patientId), readPatientContext, { token, withinMs: timing.longestAnswer });
}

/** Why the server refuses this token; undefined when it accepts it or the reason is unknown. */
export async function fetchRefusal(patientId: string, token?: string): Promise<string | undefined> {
  const refused = await fetchContext(patientId, token).then(() => undefined, refusalIn);
  if (refused === undefined) return undefined;
  return refused.code === 'UNAUTHORIZED'
    ? 'You are not signed in, or no longer. Open the chat again from where you sign in.'
    : refused.message;
}

/** The refusal in an error, when it is permanent. */
function refusalIn(error: unknown): Problem | undefined {
  const refusal = readOrNone(readProblem, (error as Error).cause);
  return refusal && ['UNAUTHORIZED', 'FORBIDDEN'].includes(refusal.code) ? refusal : undefined;
}

async function ask<Shape>(
  path: string,
  reader: Reader<Shape>,
  { token, withinMs }: { readonly token?: string | undefined; readonly withinMs: number },
): Promise<Shape> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(withinMs);
  const response = await fetch(path, { headers, signal }).catch(() => undefined);
  if (response === undefined) throw new Error('The server cannot be reached.');
  const body: unknown = await response.json().catch(() => undefined);
  const answer = response.ok ? readOrNone(reader, body) : undefined;
  if (answer !== undefined) return answer;
  const refusal = readOrNone(readProblem, body);
  const words = refusal?.message ?? `The server's answer cannot be understood (HTTP ${response.status}).`;
  throw new Error(words, { cause: refusal });
}

/** A browser's WebSocket as a `Socket`. */
export function openSocket(url: string, events: SocketEvents, token?: string): Socket {
  const offered = token === undefined ? [] : [subprotocols.token + token];
  // A later server that is asked for no version speaks its newest.
  const socket = new WebSocket(url, [subprotocols.chat, ...offered]);
  socket.addEventListener('message', ({ data }) => events.text(String(data)));
  socket.addEventListener('close', ({ code }) => events.closed(code));
  return { send: (text) => socket.send(text), close: () => socket.close() };
}
