import { QdrantClient } from '@qdrant/js-client-rest';
import { Redis } from 'ioredis';
import neo4j from 'neo4j-driver';
import type { StoreName } from '../contract/services/backend-variables.ts';
import { explain } from './explain.ts';
import { identify } from './identify.ts';
import { productOf } from './products.ts';
import type { Target } from './targets.ts';

/** What came of dialling one store. */
export interface Answer {
  readonly service: StoreName;
  readonly host: string;
  readonly port: number;
  readonly ok: boolean;
  /** As a person who looked would say it; holds no secret. */
  readonly says: string;
}

/**
 * Dials a store as the backend would, with its own client and credentials, asks one question that changes nothing,
 * and hangs up. Where that fails, says why. Never rejects; takes at most about three times `timeoutMs`.
 */
export async function ask(target: Target, timeoutMs: number): Promise<Answer> {
  const { service, host, port, tls } = target;
  const answer = (ok: boolean, says: string): Answer => ({ service, host, port, ok, says });
  try {
    await within(asks[service](target, timeoutMs), timeoutMs);
    await refuseLookAlike(target, timeoutMs);
    return answer(true, `${productOf[service]} answers at ${host}:${port} and takes the credentials.`);
  } catch (error) {
    const says = await explain({ service, host, port, tls, error, timeoutMs });
    return answer(false, target.secret ? says.replaceAll(target.secret, '(secret)') : says);
  }
}

/** What speaks as Redis does need not be one: Sentinel serves no keys, and FalkorDB is somebody else's graph. */
async function refuseLookAlike({ service, host, port }: Target, timeoutMs: number): Promise<void> {
  const finding = await identify(host, port, { timeoutMs });
  if (finding.what === 'product' && finding.product !== productOf[service])
    throw new Error(`${finding.product} answers there`);
}

type Ask = (target: Target, timeoutMs: number) => Promise<unknown>;

const asks: Readonly<Record<StoreName, Ask>> = { redis: askRedis, neo4j: askNeo4j, qdrant: askQdrant };

async function askRedis({ host, port, tls, user, secret }: Target, timeoutMs: number): Promise<void> {
  const client = new Redis({
    ...{ host, port, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 },
    ...{ connectTimeout: timeoutMs, commandTimeout: timeoutMs },
    ...(tls ? { tls: {} } : {}),
    ...(user === undefined ? {} : { username: user }),
    ...(secret === undefined ? {} : { password: secret }),
  });
  // What the network said; the rejection itself only says that the connection is closed.
  let why: unknown;
  client.on('error', (error) => (why ??= error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw why ?? error;
  } finally {
    client.disconnect();
  }
}

async function askNeo4j({ host, port, tls, user = '', secret }: Target, timeoutMs: number): Promise<void> {
  const address = host.includes(':') ? `[${host}]` : host;
  const auth = secret === undefined ? undefined : neo4j.auth.basic(user, secret);
  // The driver's types declare its options as classes; it takes plain objects.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const driver = neo4j.driver(`${tls ? 'bolt+s' : 'bolt'}://${address}:${port}`, auth, {
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

async function askQdrant({ host, port, tls, secret }: Target, timeoutMs: number): Promise<void> {
  const client = new QdrantClient({
    host: host.includes(':') ? `[${host}]` : host,
    ...{ port, https: tls, timeout: timeoutMs, checkCompatibility: false },
    ...(secret === undefined ? {} : { headers: { 'api-key': secret } }),
  });
  await client.getCollections();
}

/** No client keeps its own limits towards a server that accepts and falls silent. */
async function within(answer: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
