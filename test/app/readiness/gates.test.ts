import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dependenciesOf } from '../../../app/readiness/dependencies.ts';
import { Gates } from '../../../app/readiness/gates.ts';
import type { Dial } from '../../../app/readiness/gate-keeper.ts';
import type { GateState } from '../../../model/report.ts';
import { storeNames } from '../../../contract/services/backend-variables.ts';
import { envOf } from '../env-of.ts';

/** Stores that are up or away as the test says; everything the gates say about them. */
function house() {
  const away = new Map<string, string>();
  /** Milliseconds until a dial fails. */
  const hang = new Map<string, number>();
  const dials: Record<string, number> = {};
  const dial = (name: string): Dial => ({
    connect: async () => {
      dials[name] = (dials[name] ?? 0) + 1;
      const reason = away.get(name);
      const ms = hang.get(name);
      if (ms !== undefined)
        await new Promise((_, reject) => setTimeout(() => reject(new Error('silent')), ms));
      if (reason !== undefined) throw new Error(reason);
    },
    explain: async (error) => `explained: ${(error as Error).message}`,
  });
  const gates = new Gates(
    dependenciesOf(envOf({})).map(({ name, gate }) => ({ name, gate, dial: dial(name) })),
  );
  const said: string[] = [];
  gates.on('initialized', (name) => said.push(`${name} initialized`));
  gates.on('ready', () => said.push('ready'));
  gates.on('changed', (gate, before) => said.push(`${gate.name} ${before} → ${gate.state}`));
  gates.on('failed', (gate, explanation) => said.push(`${gate.name} failed: ${explanation}`));
  const states = (): GateState[] => gates.list().map(({ state }) => state);
  return { gates, away, hang, dials, said, states };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets everything that is due within `ms` happen. */
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('before the first readiness', () => {
  test('every gate is closed, and readiness comes when all are open at once', async () => {
    const { gates, away, states, said } = house();
    away.set('qdrant', 'refused');
    gates.start();
    expect(states()).toEqual(['closed', 'closed', 'closed']);
    await pass(0);
    expect(states()).toEqual(['open', 'open', 'closed']);
    expect(said).not.toContain('ready');
    away.clear();
    await pass(2_000);
    expect(states()).toEqual(['open', 'open', 'open']);
    expect(said.at(-1)).toBe('ready');
    gates.stop();
  });

  test('firstReady resolves then, and at once ever after', async () => {
    const { gates } = house();
    const ready = gates.firstReady();
    gates.start();
    await pass(0);
    await ready;
    await gates.firstReady();
    gates.stop();
  });
});

describe('after the first readiness', () => {
  test('Redis and Neo4j keep gating; Qdrant only degrades', async () => {
    const { gates, away, states } = house();
    gates.start();
    await pass(0);
    for (const name of storeNames) away.set(name, 'gone');
    await pass(1_500);
    expect(states()).toEqual(['closed', 'closed', 'degraded']);
    gates.stop();
  });

  test('an outage is noticed without traffic within 1.5 s, and the return within 2 s', async () => {
    const { gates, away, states } = house();
    gates.start();
    await pass(0);
    away.set('redis', 'gone');
    await pass(1_500);
    expect(states()[0]).toBe('closed');
    await pass(60_000);
    away.clear();
    await pass(2_000);
    expect(states()[0]).toBe('open');
    gates.stop();
  });

  test('a failing operation makes the gate look at once', async () => {
    const { gates, away, states } = house();
    gates.start();
    await pass(0);
    away.set('neo4j', 'gone');
    gates.suspect('neo4j');
    await pass(0);
    expect(states()[1]).toBe('closed');
    gates.stop();
  });

  test('a dial that fails once and succeeds at once after it changes nothing', async () => {
    const { gates, away, dials, said } = house();
    gates.start();
    await pass(0);
    const before = said.length;
    away.set('redis', 'closed');
    gates.suspect('redis');
    away.clear();
    await pass(0);
    expect(dials['redis']).toBe(3);
    expect(said.length).toBe(before);
    gates.stop();
  });

  test('a dial that is not answered in time closes the gate alone', async () => {
    const { gates, dials, hang, states } = house();
    gates.start();
    await pass(0);
    hang.set('redis', 500);
    gates.suspect('redis');
    await pass(500);
    expect(states()[0]).toBe('closed');
    expect(dials['redis']).toBe(2);
    gates.stop();
  });

  test('a suspicion that proves wrong changes nothing', async () => {
    const { gates, said } = house();
    gates.start();
    await pass(0);
    const before = said.length;
    gates.suspect('neo4j');
    await pass(0);
    expect(said.length).toBe(before);
    gates.stop();
  });
});

describe('while a store is away', () => {
  test('the gate says since when, how often it was dialled, and why in words', async () => {
    const { gates, away, dials } = house();
    away.set('redis', 'ECONNREFUSED');
    const since = new Date().toISOString();
    gates.start();
    await pass(5_000);
    expect(gates.list()[0]).toEqual({
      name: 'redis',
      state: 'closed',
      since,
      lastError: 'explained: ECONNREFUSED',
      attempts: dials['redis'],
    });
    gates.stop();
  });

  test('a dial that was answered says what it still prepares, and not what failed before', async () => {
    const prepared = Promise.withResolvers<undefined>();
    let isUp = false;
    const connect: Dial['connect'] = async (onWork) => {
      if (!isUp) throw new Error('refused');
      onWork('Its indexes are being made.');
      await prepared.promise;
    };
    const explain: Dial['explain'] = async (error) => (error as Error).message;
    const gates = new Gates([{ name: 'store', gate: 'hard', dial: { connect, explain } }]);
    gates.start();
    await pass(0);
    expect(gates.list()).toMatchObject([{ state: 'closed', lastError: 'refused' }]);
    isUp = true;
    await pass(2_000);
    expect(gates.list()).toMatchObject([{ state: 'closed', lastError: 'Its indexes are being made.' }]);
    prepared.resolve(undefined);
    await pass(0);
    expect(gates.list()).toMatchObject([{ state: 'open', lastError: 'refused' }]);
    gates.stop();
  });

  test('it is dialled at least every 2 s, and not in a loop', async () => {
    const { gates, away, dials } = house();
    away.set('redis', 'ECONNREFUSED');
    gates.start();
    await pass(60_000);
    expect(dials['redis']).toBeGreaterThanOrEqual(30);
    expect(dials['redis']).toBeLessThan(200);
    gates.stop();
  });

  test('the same reason is told once in 10 s, another one at once', async () => {
    const { gates, away, said } = house();
    away.set('redis', 'ECONNREFUSED');
    gates.start();
    await pass(9_900);
    expect(said.filter((line) => line.includes('failed'))).toEqual(['redis failed: explained: ECONNREFUSED']);
    away.set('redis', 'WRONGPASS');
    await pass(2_000);
    expect(said.filter((line) => line.includes('failed'))).toHaveLength(2);
    gates.stop();
  });

  test('reasons that alternate are told once in 10 s each', async () => {
    const { gates, away, said } = house();
    gates.start();
    for (let turn = 0; turn < 10; turn += 1) {
      away.set('redis', turn % 2 === 0 ? 'ECONNREFUSED' : 'Connection is closed.');
      gates.suspect('redis');
      await pass(500);
    }
    expect(said.filter((line) => line.includes('failed'))).toHaveLength(2);
    gates.stop();
  });
});

test('a gate that was stopped dials no more', async () => {
  const { gates, dials } = house();
  gates.start();
  await pass(0);
  gates.stop();
  await pass(60_000);
  expect(dials['redis']).toBe(1);
});
