import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { securityHeaders } from '../http/security-headers.ts';
import { httpStatus, problemBody, type ProblemError } from '../http/problem.ts';

/** Answers a handshake with an HTTP error in the form of every other error, and closes the connection. */
export function refuse(socket: Duplex, problem: ProblemError): void {
  const status = httpStatus(problem);
  const body = JSON.stringify(problemBody(problem));
  const { retryAfterSeconds } = problem.details;
  const headers: Record<string, string> = {
    ...securityHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
