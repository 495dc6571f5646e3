import type { FastifyInstance } from 'fastify';
import { hostInUrl } from '../../model/host-in-url.ts';
import { defaultBackend } from '../../contract/default-stack.ts';
import type { backendPorts } from '../../contract/services/backend-ports.ts';
import { listenWithMany } from './listening-sockets.ts';
import { ownerOfPort } from './port-owner.ts';
import { ProblemError } from './problem.ts';

const loopbackAddress = '127.0.0.1';
const everyAddress = '0.0.0.0';

/** The address to listen on: HTTP_HOST, else loopback without authentication, else every address. */
export function listenHost(env: { HTTP_HOST: string | undefined; AUTH_MODE: 'none' | 'jwt' }): string {
  return env.HTTP_HOST ?? (env.AUTH_MODE === 'none' ? loopbackAddress : everyAddress);
}

/** One of the backend's ports and the address to listen on. */
interface ListenAt {
  readonly name: keyof typeof backendPorts;
  readonly host: string;
  readonly number: number;
}

/**
 * Listens. @returns the URL to reach it at from this machine.
 * @throws ProblemError PORT_BUSY naming the port, the process that has it, and the variable to change; CONFIG_INVALID
 * when this machine cannot listen there at all.
 */
export async function listen(server: FastifyInstance, port: ListenAt): Promise<string> {
  const { host, number } = port;
  try {
    await listenWithMany(server, { host, port: number });
  } catch (cause) {
    throw await whyNot(port, cause);
  }
  return `http://${urlHost(host)}:${number}`;
}

async function whyNot({ name, host, number }: ListenAt, cause: unknown): Promise<unknown> {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  if (cause.code !== 'EADDRINUSE')
    return new ProblemError(
      'CONFIG_INVALID',
      `Cannot listen on port ${number} of ${host}: ${cause.message}. Choose another address, or another port by ${portVariable(name)}.`,
      { cause },
    );
  const owner = await ownerOfPort(number);
  return new ProblemError(
    'PORT_BUSY',
    `Port ${number} on ${host} is taken${owner === undefined ? '' : ` by ${owner}`}. End that process, or set ${portVariable(name)} to a free port.`,
    { cause },
  );
}

/** The wildcard addresses are reached at localhost. */
function urlHost(host: string): string {
  if (host === everyAddress || host === '::') return 'localhost';
  return hostInUrl(host);
}

function portVariable(name: keyof typeof backendPorts): string {
  return defaultBackend.ownPorts?.[name] ?? 'its variable';
}
