import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { turn, usedFact } from '../../../contract/protocol.ts';
import { parseJson } from '../../../model/json.ts';
import { withTimeLimit } from '../../../model/time-limit.ts';
import type { Delta, Joining, Note, Replicas } from '../replicas.ts';
import { eventKinds, type Scope } from '../types.ts';
import { scopeOf, sessionKey } from './keys.ts';
import { redisOptions, type RedisEnv } from './options.ts';
import { RedisConnection } from './redis-connection.ts';

/** Where every replica hears of stops. */
const stops = 'mooring:stops';

/** Pieces of answers are kept for who comes in the middle of one: so many, for so many seconds after the last. */
const keptDeltas = 1_000;
const keptSeconds = 60;

/** Milliseconds between two attempts to reach a Redis that is away: the first and the longest. */
const shortestRetryMs = 100;
const longestRetryMs = 2_000;

const delta = z.object({ id: z.string(), attempt: z.int(), at: z.int(), text: z.string() });
const said = z.object({
  /** The replica that says it. */
  from: z.string(),
  note: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('event'),
      event: z.object({
        epoch: z.string(),
        kind: z.enum(eventKinds),
        turn,
        facts: z.array(usedFact),
        degraded: z.string().optional(),
      }),
      isRemembered: z.boolean(),
    }),
    z.object({ type: z.literal('delta'), delta }),
  ]),
});
const stop = z.object({ patientId: z.string(), sessionId: z.string(), id: z.string() });

/** Replicas of one backend, by Redis' channels: one for each session that somebody follows, one for stops. */
export class RedisReplicas implements Replicas {
  readonly #id = randomUUID();
  readonly #connection: RedisConnection;
  readonly #timeout: number;
  readonly #subscriber: Redis;
  #hear: (scope: Scope, note: Note) => void = () => undefined;
  #stop: (scope: Scope, messageId: string) => void = () => undefined;
  #gap: () => void = () => undefined;

  constructor(env: RedisEnv) {
    const options = redisOptions(env);
    this.#timeout = env.STORE_TIMEOUT;
    this.#connection = new RedisConnection(options, this.#timeout);
    this.#subscriber = new Redis({
      ...options,
      lazyConnect: true,
      connectTimeout: this.#timeout,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(longestRetryMs, shortestRetryMs * 2 ** Math.min(times, 10)),
    });
    // The gate of Redis says that it is away.
    this.#subscriber.on('error', () => undefined);
    this.#subscriber.on('message', (channel, text) => this.#received(channel, text));
    this.#subscriber.once('ready', () => this.#subscriber.on('ready', () => this.#gap()));
    void this.#subscriber.subscribe(stops).catch(() => undefined);
  }

  join(scope: Scope): Joining {
    const channel = channelOf(scope);
    const subscribed = this.#subscriber.subscribe(channel);
    return {
      joined: withTimeLimit(subscribed, this.#timeout).then(
        () => undefined,
        () => undefined,
      ),
      leave: () => void this.#subscriber.unsubscribe(channel).catch(() => undefined),
    };
  }

  tell(scope: Scope, note: Note): void {
    const text = JSON.stringify({ from: this.#id, note });
    void this.#connection
      .run(async (client) => {
        if (note.type === 'event') return client.publish(channelOf(scope), text);
        const kept = deltasOf(scope);
        return client
          .multi()
          .xadd(kept, 'MAXLEN', '~', keptDeltas, '*', 'delta', JSON.stringify(note.delta))
          .expire(kept, keptSeconds)
          .publish(channelOf(scope), text)
          .exec();
      })
      .catch(() => undefined);
  }

  async stop({ patientId, sessionId }: Scope, id: string): Promise<void> {
    const text = JSON.stringify({ patientId, sessionId, id });
    await this.#connection.run((client) => client.publish(stops, text));
  }

  async deltas(scope: Scope): Promise<readonly Delta[]> {
    const entries = await this.#connection
      .run((client) => client.xrange(deltasOf(scope), '-', '+', 'COUNT', keptDeltas))
      .catch(() => []);
    return entries.flatMap(([, [, text = '']]) => delta.safeParse(parseJson(text)).data ?? []);
  }

  onNote(listener: (scope: Scope, note: Note) => void): void {
    this.#hear = listener;
  }

  onStop(listener: (scope: Scope, messageId: string) => void): void {
    this.#stop = listener;
  }

  onGap(listener: () => void): void {
    this.#gap = listener;
  }

  async close(): Promise<void> {
    this.#subscriber.disconnect();
    await this.#connection.close();
  }

  /** What another version says and this one does not understand is found in the record. */
  #received(channel: string, text: string): void {
    const document = parseJson(text);
    if (channel === stops) {
      const asked = stop.safeParse(document).data;
      if (asked) this.#stop(asked, asked.id);
      return;
    }
    const scope = scopeOf(channel);
    const heard = said.safeParse(document).data;
    if (scope && heard && heard.from !== this.#id) this.#hear(scope, heard.note);
  }
}

const channelOf = (scope: Scope): string => `${sessionKey(scope)}:notes`;
const deltasOf = (scope: Scope): string => `${sessionKey(scope)}:deltas`;
