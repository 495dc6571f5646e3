import { spacing, type Rate } from '../../rate.ts';
import { LocalPaces, tooFast, type PatientRates, type TooFast } from '../patient-rates.ts';
import { rateKey, stopsChannel } from './keys.ts';
import { redisOptions, type RedisEnv } from './options.ts';
import { RedisConnection } from './redis-connection.ts';
import { paceScript } from './scripts.ts';

/** Milliseconds between two counts of the replicas. */
const countEveryMs = 10_000;

interface Surroundings {
  /** Whether Redis may be used now. */
  readonly isOpen: () => boolean;
  /** Redis did not answer. */
  readonly onFailed: () => void;
}

/** Counts together with all replicas, in Redis; while it is away, each takes its share of the rate. */
export class RedisPatientRates implements PatientRates {
  readonly #rate: Rate;
  readonly #around: Surroundings;
  readonly #connection: RedisConnection;
  readonly #stops: string;
  readonly #local = new LocalPaces();
  /** As counted last; 1 as long as they never were. */
  #replicas = 1;
  #countAt = 0;

  constructor(env: RedisEnv, rate: Rate, around: Surroundings) {
    this.#rate = rate;
    this.#around = around;
    this.#connection = new RedisConnection(redisOptions(env), env.STORE_TIMEOUT);
    this.#stops = stopsChannel(env);
  }

  async take(patientId: string): Promise<TooFast | undefined> {
    if (!this.#around.isOpen()) return this.#takeShare(patientId);
    try {
      const retryAfterMs = await this.#takeTogether(patientId);
      void this.#count();
      return tooFast('patient', retryAfterMs);
    } catch {
      this.#around.onFailed();
      return this.#takeShare(patientId);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #takeTogether(patientId: string): Promise<number> {
    const { every, ahead } = spacing(this.#rate);
    const key = rateKey(patientId);
    return Number(await this.#connection.run((client) => client.eval(paceScript, 1, key, every, ahead)));
  }

  #takeShare(patientId: string): TooFast | undefined {
    const { perSecond, burst } = this.#rate;
    const share = {
      perSecond: perSecond / this.#replicas,
      burst: Math.max(1, Math.floor(burst / this.#replicas)),
    };
    return tooFast('share', this.#local.take(patientId, share));
  }

  /** Every replica listens for stops. A user who may not ask counts as one. */
  async #count(): Promise<void> {
    const now = performance.now();
    if (now < this.#countAt) return;
    this.#countAt = now + countEveryMs;
    const asked = this.#connection.run((client) =>
      // Its error is no reason to connect anew.
      client.call('PUBSUB', 'NUMSUB', this.#stops).catch(() => undefined),
    );
    const answer = await asked.catch(() => undefined);
    if (Array.isArray(answer)) this.#replicas = Math.max(1, Number(answer[1]));
  }
}
