import { once } from 'node:events';
import { Redis } from 'ioredis';
import neo4j from 'neo4j-driver';
import { hostInUrl } from '../model/host-in-url.ts';
import type { DialProtocol } from '../model/program.ts';
import { openSocket } from './exchange.ts';
import type { Target } from './target.ts';

type HttpDial = Extract<DialProtocol, { protocol: 'http' }>;

/**
 * Asks one question that changes nothing, by the target's protocol. A client may keep no limit of its own towards a
 * server that accepts and falls silent: the caller sets one.
 * @throws Error in the client's own words.
 */
export function askOnce(target: Target, timeoutMs: number): Promise<void> {
  const { dial } = target;
  switch (dial.protocol) {
    case 'resp':
      return askResp(target, timeoutMs);
    case 'bolt':
      return askBolt(target, timeoutMs);
    case 'http':
      return askHttp(target, dial, timeoutMs);
    case 'tcp':
      return askTcp(target, timeoutMs);
  }
}

async function askResp({ host, port, tls, user, secret }: Target, timeoutMs: number): Promise<void> {
  const client = new Redis({
    host,
    port,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    ...(tls ? { tls: {} } : {}),
    ...(user === undefined ? {} : { username: user }),
    ...(secret === undefined ? {} : { password: secret }),
  });
  // The event has the network's error; the rejection only says that the connection is closed.
  let cause: unknown;
  client.on('error', (error) => (cause ??= error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw cause ?? error;
  } finally {
    client.disconnect();
  }
}

async function askBolt(target: Target, timeoutMs: number): Promise<void> {
  const { tls, user = '', secret } = target;
  const auth = secret === undefined ? undefined : neo4j.auth.basic(user, secret);
  // The driver's types declare its options as classes; it takes plain objects.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const driver = neo4j.driver(`${tls ? 'bolt+s' : 'bolt'}://${authority(target)}`, auth, {
    connectionTimeout: timeoutMs,
    connectionAcquisitionTimeout: timeoutMs,
    maxTransactionRetryTime: 0,
  });
  try {
    await driver.getServerInfo();
  } finally {
    driver.close().catch(() => undefined);
  }
}

async function askHttp(target: Target, { path, secretHeader }: HttpDial, timeoutMs: number): Promise<void> {
  const { tls, secret } = target;
  const headers: Record<string, string> =
    secretHeader === undefined || secret === undefined ? {} : { [secretHeader]: secret };
  const response = await fetch(`${tls ? 'https' : 'http'}://${authority(target)}${path}`, {
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    // "fetch failed" only; the cause has the network's error.
    throw error instanceof Error && error.cause !== undefined ? error.cause : error;
  });
  await response.body?.cancel();
  const { status, statusText } = response;
  if (status >= 400)
    throw Object.assign(new Error(`GET ${path} was answered ${status} ${statusText}`), { status });
}

async function askTcp({ host, port, tls }: Target, timeoutMs: number): Promise<void> {
  const socket = openSocket({ host, port, tls, timeoutMs });
  try {
    await once(socket, tls ? 'secureConnect' : 'connect', { signal: AbortSignal.timeout(timeoutMs) });
  } finally {
    socket.destroy();
  }
}

function authority({ host, port }: Target): string {
  return `${hostInUrl(host)}:${port}`;
}
