import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { certainty, deltaFrame, turn, usedFact } from '../../../contract/protocol.ts';
import { parseJson } from '../../../model/json.ts';
import { withTimeLimit } from '../../../model/time-limit.ts';
import { Rounds } from '../../rounds.ts';
import type { Delta, Joining, Note, Replicas } from '../replicas.ts';
import { eventKinds, type Scope } from '../types.ts';
import { channelPrefix, owedChannel, sessionKey, stopsChannel } from './keys.ts';
import { redisOptions, type RedisEnv } from './options.ts';
import { RedisConnection } from './redis-connection.ts';

/** Pieces of answers are kept for who comes in the middle of one: so many, for so many seconds after the last. */
const keptDeltas = 1_000;
const keptSeconds = 60;

/** After a note that could not be told, none is tried for so many milliseconds; and at most so many are under way. */
const quietMs = 1_000;
const mostNotes = 1_000;

/** Milliseconds between two attempts to reach a Redis that is away: the first and the longest. */
const shortestRetryMs = 100;
const longestRetryMs = 2_000;

const delta = deltaFrame.omit({ type: true });
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
        certainty: certainty.optional(),
        attempt: z.int().optional(),
      }),
      isRemembered: z.boolean(),
    }),
    z.object({ type: z.literal('delta'), delta }),
  ]),
});
const stop = z.object({ patientId: z.string(), sessionId: z.string(), id: z.string() });

/** How often it is looked whether Redis is still there for who only listens. */
const everyMs = 5_000;

/** Replicas of one backend, by Redis' channels: one for each session that somebody follows, one for stops. */
export class RedisReplicas implements Replicas {
  readonly #id = randomUUID();
  readonly #connection: RedisConnection;
  readonly #timeout: number;
  readonly #subscriber: Redis;
  readonly #prefix: string;
  readonly #stops: string;
  readonly #owed: string;
  /** The channels that are wanted, by name, each with its session. */
  readonly #channels = new Map<string, Scope>();
  readonly #looks = new Rounds(() => this.#look(), everyMs);
  #connected = Promise.withResolvers<undefined>();
  #quietUntil = 0;
  #notes = 0;
  #hear: (scope: Scope, note: Note) => void = () => undefined;
  #stop: (scope: Scope, messageId: string) => void = () => undefined;
  #owing: () => void = () => undefined;
  #gap: () => void = () => undefined;

  constructor(env: RedisEnv) {
    const options = redisOptions(env);
    this.#timeout = env.STORE_TIMEOUT;
    this.#prefix = channelPrefix(env);
    this.#stops = stopsChannel(env);
    this.#owed = owedChannel(env);
    this.#connection = new RedisConnection(options, this.#timeout);
    this.#subscriber = new Redis({
      ...options,
      lazyConnect: true,
      connectTimeout: this.#timeout,
      enableOfflineQueue: false,
      autoResubscribe: false,
      retryStrategy: (times) => Math.min(longestRetryMs, shortestRetryMs * 2 ** Math.min(times, 10)),
    });
    // The gate of Redis says that it is away.
    this.#subscriber.on('error', () => undefined);
    this.#subscriber.on('message', (channel, text) => this.#received(channel, text));
    this.#subscriber.on('ready', () => void this.#subscribe());
    this.#subscriber.on('close', () => (this.#connected = Promise.withResolvers()));
    this.#subscriber.connect().catch(() => undefined);
    this.#looks.start();
  }

  join(scope: Scope): Joining {
    const channel = this.#channelOf(scope);
    this.#channels.set(channel, scope);
    const joined = this.#connected.promise.then(() => this.#subscriber.subscribe(channel));
    return {
      joined: withTimeLimit(joined, this.#timeout).then(
        () => undefined,
        () => undefined,
      ),
      leave: () => {
        this.#channels.delete(channel);
        void this.#subscriber.unsubscribe(channel).catch(() => undefined);
      },
    };
  }

  tell(scope: Scope, note: Note): void {
    if (performance.now() < this.#quietUntil || this.#notes >= mostNotes) return;
    const text = JSON.stringify({ from: this.#id, note });
    this.#notes += 1;
    void this.#connection
      .run(async (client) => {
        if (note.type === 'event') return client.publish(this.#channelOf(scope), text);
        const kept = deltasOf(scope);
        return client
          .multi()
          .xadd(kept, 'MAXLEN', '~', keptDeltas, '*', 'delta', JSON.stringify(note.delta))
          .expire(kept, keptSeconds)
          .publish(this.#channelOf(scope), text)
          .exec();
      })
      .catch(() => (this.#quietUntil = performance.now() + quietMs))
      .finally(() => (this.#notes -= 1));
  }

  async stop({ patientId, sessionId }: Scope, id: string): Promise<void> {
    const text = JSON.stringify({ patientId, sessionId, id });
    await this.#connection.run((client) => client.publish(this.#stops, text));
  }

  owe(): void {
    // Who is not told finds it by itself, a little later.
    void this.#connection.run((client) => client.publish(this.#owed, this.#id)).catch(() => undefined);
  }

  async deltas(scope: Scope): Promise<readonly Delta[]> {
    const entries = await this.#connection
      .run((client) => client.xrevrange(deltasOf(scope), '+', '-', 'COUNT', keptDeltas))
      .catch(() => []);
    return entries.reverse().flatMap(([, [, text = '']]) => delta.safeParse(parseJson(text)).data ?? []);
  }

  onNote(listener: (scope: Scope, note: Note) => void): void {
    this.#hear = listener;
  }

  onStop(listener: (scope: Scope, messageId: string) => void): void {
    this.#stop = listener;
  }

  onOwed(listener: () => void): void {
    this.#owing = listener;
  }

  onGap(listener: () => void): void {
    this.#gap = listener;
  }

  async close(): Promise<void> {
    this.#looks.stop();
    this.#subscriber.disconnect();
    await this.#connection.close();
  }

  /** Who only listens writes nothing, so that no time limit would tell that the other side is gone. */
  async #look(): Promise<void> {
    if (this.#subscriber.status !== 'ready') return;
    // A refusal is an answer too.
    const answer = this.#subscriber.ping().catch(() => undefined);
    await withTimeLimit(answer, this.#timeout).catch(() => this.#subscriber.disconnect(true));
  }

  #channelOf(scope: Scope): string {
    return `${this.#prefix}${sessionKey(scope)}:notes`;
  }

  /** Hears every channel that is wanted; what was said meanwhile is a gap. */
  async #subscribe(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#stops, this.#owed, ...this.#channels.keys());
      this.#connected.resolve(undefined);
      this.#gap();
    } catch {
      // The connection is lost again, and the next one subscribes; or this user may use no channels: the record tells all.
    }
  }

  /** What another version says and this one does not understand is found in the record. */
  #received(channel: string, text: string): void {
    if (channel === this.#owed) {
      if (text !== this.#id) this.#owing();
      return;
    }
    const document = parseJson(text);
    if (channel === this.#stops) {
      const asked = stop.safeParse(document).data;
      if (asked) this.#stop(asked, asked.id);
      return;
    }
    const scope = this.#channels.get(channel);
    const heard = said.safeParse(document).data;
    if (scope && heard && heard.from !== this.#id) this.#hear(scope, heard.note);
  }
}

const deltasOf = (scope: Scope): string => `${sessionKey(scope)}:deltas`;
