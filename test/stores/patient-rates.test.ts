import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { rateKey } from '../../app/stores/redis/keys.ts';
import { RedisPatientRates } from '../../app/stores/redis/patient-rates.ts';
import { RedisReplicas } from '../../app/stores/redis/replicas.ts';
import type { Rate } from '../../app/rate.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startRedis } from '../servers/redis.ts';
import { envOf } from './real.ts';
import { newScope } from './store-suite.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

const envAt = ({ host, port }: Address) => envOf({ REDIS_HOST: host, REDIS_PORT: String(port) });

/** The rates of one replica, and how often Redis failed it. */
function replica(redis: Address, rate: Rate) {
  const onFailed = vi.fn();
  let isOpen = true;
  const rates = new RedisPatientRates(envAt(redis), rate, { isOpen: () => isOpen, onFailed });
  onTestFinished(() => rates.close());
  return { rates, onFailed, close: () => (isOpen = false) };
}

function clientOf(redis: { readonly url: string }): Redis {
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  return client;
}

/** A patient of this test only: a Redis may be shared. */
const newPatient = (): string => newScope().patientId;

describe('the rate of a patient, in Redis', () => {
  const redis = forSuite(() => startRedis());
  const slow = { perSecond: 1, burst: 10 };

  test('is one for all replicas, and another for every patient', async () => {
    const [one, two] = [replica(redis(), slow), replica(redis(), slow)];
    const [patient, other] = [newPatient(), newPatient()];
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, nth) => (nth % 2 === 0 ? one : two).rates.take(patient)),
    );
    const refused = asked.filter((answer) => answer !== undefined);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(refused.length).toBeLessThanOrEqual(2);
    expect(refused[0]?.limit).toBe('patient');
    expect(refused[0]?.retryAfterMs).toBeGreaterThan(0);
    expect(refused[0]?.retryAfterMs).toBeLessThanOrEqual(1_000);
    expect(await one.rates.take(other)).toBeUndefined();
  });

  test('gives way after the time that is told, and leaves nothing behind', async () => {
    const rate = { perSecond: 20, burst: 2 };
    const { rates } = replica(redis(), rate);
    const patient = newPatient();
    const client = clientOf(redis());
    for (let nth = 0; nth < 2; nth += 1) await rates.take(patient);
    const { retryAfterMs } = (await rates.take(patient)) ?? { retryAfterMs: 0 };
    expect(retryAfterMs).toBeLessThanOrEqual(50);
    expect(await client.pttl(rateKey(patient))).toBeLessThanOrEqual(101);
    await vi.waitFor(async () => expect(await rates.take(patient)).toBeUndefined(), 20_000);
    await vi.waitFor(async () => expect(await client.exists(rateKey(patient))).toBe(0), 20_000);
  });

  test.each([
    ['a word', 'soon'],
    ['a time far ahead, as after a clock that was put back', '9007199254740991'],
  ])('does not stop at %s in its key', async (_what, value) => {
    const { rates, onFailed } = replica(redis(), slow);
    const patient = newPatient();
    await clientOf(redis()).set(rateKey(patient), value, 'EX', 600);
    const answer = await rates.take(patient);
    expect(answer?.retryAfterMs ?? 0).toBeLessThanOrEqual(1_000);
    expect(onFailed).not.toHaveBeenCalled();
  });
});

describe('while Redis is away', () => {
  const rate = { perSecond: 1, burst: 10 };

  async function taken(rates: RedisPatientRates, patient: string): Promise<number> {
    const answers = await Promise.all(Array.from({ length: 20 }, () => rates.take(patient)));
    expect(answers.find((answer) => answer !== undefined)?.limit).toBe('share');
    return answers.filter((answer) => answer === undefined).length;
  }

  test('each replica takes its share of the rate, by how many there were', async () => {
    const redis = await startRedis();
    const replicas = [1, 2].map(() => new RedisReplicas(envAt(redis)));
    onTestFinished(async () => {
      await Promise.all(replicas.map((each) => each.close()));
    });
    for (const each of replicas) await each.join(newScope()).joined;
    const one = replica(redis, rate);
    await one.rates.take(newPatient());
    // The count of the replicas is on its way by the same connection.
    await one.rates.take(newPatient());
    await redis.stop();
    one.close();
    expect(await taken(one.rates, newPatient())).toBe(5);
  });

  test('one that never reached it takes the whole, and says that it failed', async () => {
    const redis = await startRedis();
    await redis.stop();
    const one = replica(redis, rate);
    expect(await taken(one.rates, newPatient())).toBe(10);
    expect(one.onFailed).toHaveBeenCalled();
  });
});
