import type { z } from 'zod';
import { patientContext, problem, status, type PatientContext, type Status } from '../../contract/http.ts';
import type { Socket, SocketEvents } from './connection.ts';

/** Milliseconds after which a question over HTTP counts as unanswered. */
const patience = 8_000;

/** @throws Error in words when the server is away or answers something else. */
export function fetchStatus(): Promise<Status> {
  return ask('/api/status', status);
}

/** @throws Error in words when the server is away, refuses, or answers something else. */
export function fetchContext(patientId: string): Promise<PatientContext> {
  return ask(`/api/patients/${encodeURIComponent(patientId)}/context`, patientContext);
}

async function ask<Shape>(path: string, schema: z.ZodType<Shape>): Promise<Shape> {
  const response = await fetch(path, { signal: AbortSignal.timeout(patience) }).catch(() => undefined);
  if (response === undefined) throw new Error('The server cannot be reached.');
  const body: unknown = await response.json().catch(() => undefined);
  const answer = schema.safeParse(body);
  if (response.ok && answer.success) return answer.data;
  const refusal = problem.safeParse(body).data;
  throw new Error(refusal?.message ?? `The server's answer cannot be understood (HTTP ${response.status}).`);
}

/** A browser's WebSocket as the connection wants it. */
export function openSocket(url: string, events: SocketEvents): Socket {
  const socket = new WebSocket(url);
  socket.addEventListener('message', ({ data }) => events.text(String(data)));
  socket.addEventListener('close', ({ code }) => events.closed(code));
  return { send: (text) => socket.send(text), close: () => socket.close() };
}
