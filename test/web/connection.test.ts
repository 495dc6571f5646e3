import { describe, expect, test } from 'vitest';
import { closeCodes } from '../../contract/protocol.ts';
import { backoff, timing } from '../../web/src/timing.ts';
import { FakeWorld, message, notReady, ready, welcome } from './world.ts';

const stateNames = (world: FakeWorld) => world.states.map(({ name }) => name);

describe('a connection', () => {
  test('is connected only after welcome', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(1_000);
    expect(world.handshakes).toHaveLength(1);
    world.last.receive({ type: 'dependency', name: 'redis', state: 'away', reason: 'Redis is away' });
    expect(world.connection.state.name).toBe('connecting');
    world.last.receive(welcome());
    expect(stateNames(world)).toEqual(['connecting', 'connecting', 'connected']);
  });

  test('makes exactly one handshake when all is well', async () => {
    const world = new FakeWorld();
    await world.connect();
    await world.pass(3_600_000);
    expect(world.handshakes).toHaveLength(1);
    expect(world.statusAsked).toBe(1);
  });

  test('makes no handshake while the status says not ready', async () => {
    const world = new FakeWorld();
    world.status = notReady;
    world.connection.start();
    await world.pass(600_000);
    expect(world.handshakes).toEqual([]);
    expect(world.connection.state).toMatchObject({ name: 'waiting', reason: notReady.message });
    expect(new Set(stateNames(world).slice(1))).toEqual(new Set(['waiting']));
    world.status = ready;
    await world.pass(4_000);
    expect(world.handshakes).toHaveLength(1);
  });

  test('asks again no sooner than Retry-After says, and no later than twice that', async () => {
    const world = new FakeWorld();
    world.status = notReady;
    world.chance = 0.999;
    world.connection.start();
    await world.pass(1_999);
    expect(world.statusAsked).toBe(1);
    await world.pass(2_001);
    expect(world.statusAsked).toBe(2);
  });

  test('says that the server cannot be reached, and tries for ever', async () => {
    const world = new FakeWorld();
    world.status = new Error('The server cannot be reached.');
    world.connection.start();
    await world.pass(3_600_000);
    expect(world.connection.state).toMatchObject({
      name: 'waiting',
      reason: 'The server cannot be reached.',
    });
    expect(world.handshakes).toEqual([]);
    world.status = ready;
    await dialsAgain(world);
    expect(world.handshakes).toHaveLength(1);
  });

  test('gives up a server that accepts and does not greet, and ignores what it says later', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(timing.shortestAnswer);
    expect(world.last.closedByPage).toBe(true);
    world.last.receive(welcome());
    expect(world.connection.state).toMatchObject({ name: 'waiting' });
    expect(world.frames).toEqual([]);
  });

  test("after a loss shows the server's own reason as soon as it has one", async () => {
    const world = new FakeWorld();
    await world.connect();
    world.status = notReady;
    world.last.close(1006);
    expect(world.connection.state).toMatchObject({ name: 'waiting', reason: 'The connection was lost.' });
    await world.pass(0);
    expect(world.connection.state).toMatchObject({ name: 'waiting', reason: notReady.message });
  });

  test('stops with the reason when the server is ready but lets nobody with this token in', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(0);
    world.refusal = 'You are not signed in.';
    world.last.close(1006);
    await world.pass(3_600_000);
    expect(world.connection.state).toEqual({ name: 'stopped', reason: 'You are not signed in.' });
    expect(world.handshakes).toHaveLength(1);
  });

  test('reconnects after a restart of the server', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.close(closeCodes.restart.code);
    await world.pass(1_000);
    expect(world.handshakes).toHaveLength(2);
  });

  test('dials though an instance says that it is leaving, for another one may answer', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.status = { ...notReady, reason: 'Draining', retryAfterSeconds: null };
    world.last.close(closeCodes.restart.code);
    await world.pass(1_000);
    expect(world.handshakes).toHaveLength(2);
  });

  test('after a restart that was told of tries quickly, eight times, and then backs off', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.close(closeCodes.restart.code);
    for (let attempt = 0; attempt < timing.quickAttempts; attempt++) {
      const before = world.time;
      await dialsAgain(world);
      expect(world.time - before).toBeLessThanOrEqual(500);
      world.last.close(1006);
    }
    const before = world.time;
    await dialsAgain(world);
    expect(world.time - before).toBeGreaterThan(500);
  });

  test('gives a silent server longer each time, and a refusal is no silence', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(0);
    world.last.close(1006);
    await dialsAgain(world);
    for (const within of [2_500, 5_000, 10_000, 10_000]) {
      await world.pass(within - 1);
      expect(world.last.closedByPage).toBe(false);
      await world.pass(1);
      expect(world.last.closedByPage).toBe(true);
      await dialsAgain(world);
    }
  });

  test.each([closeCodes.tooBig.code, closeCodes.notText.code, 4_999])(
    'stops after a terminal close code: %i',
    async (code) => {
      const world = new FakeWorld();
      await world.connect();
      world.last.close(code);
      await world.pass(3_600_000);
      expect(world.connection.state.name).toBe('stopped');
      expect(world.handshakes).toHaveLength(1);
    },
  );

  test('stops at a frame it does not understand, since a reload would bring the page that does', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.receive('{"type":"hologram"}');
    expect(world.connection.state).toMatchObject({ name: 'stopped' });
    expect(world.last.closedByPage).toBe(true);
  });

  test('stops when its budget of handshakes is spent, until a person says "Retry now"', async () => {
    const world = new FakeWorld();
    world.connection.start();
    for (let failed = 0; failed < timing.handshakes; failed++) {
      await world.pass(timing.longestWait);
      world.last.close(1006);
    }
    await world.pass(3_600_000);
    expect(world.handshakes).toHaveLength(timing.handshakes);
    expect(world.connection.state.name).toBe('stopped');
    world.connection.start();
    await world.pass(0);
    expect(world.handshakes).toHaveLength(timing.handshakes + 1);
  });

  test('ends a wait when the network is back, but does not restart what has stopped', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.close(1006);
    world.connection.wake();
    await world.pass(0);
    expect(world.handshakes).toHaveLength(2);
    world.last.close(closeCodes.notText.code);
    world.connection.wake();
    await world.pass(0);
    expect(world.handshakes).toHaveLength(2);
  });
});

describe('messages', () => {
  test('resends an unacknowledged message with its id', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.connection.send(message('b'));
    world.last.receive({ type: 'ack', id: 'a', recordedAt: '2026-01-01T00:00:00.000Z', duplicate: false });
    world.last.close(1006);
    await world.pass(1_000);
    expect(world.last.sent).toEqual([]);
    world.last.receive(welcome());
    expect(world.last.sent).toEqual([message('b')]);
  });

  test('keeps what is written while waiting and sends it in order once connected', async () => {
    const world = new FakeWorld([message('before the reload')]);
    world.connection.send(message('a'));
    expect(world.kept).toEqual([message('before the reload'), message('a')]);
    await world.connect();
    expect(world.last.sent).toEqual([message('before the reload'), message('a')]);
  });

  test('keeps a message no store could take, and sends it again when the store is back', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.last.receive({ type: 'error', code: 'STORE_AWAY', message: 'not stored', id: 'a' });
    world.last.receive({ type: 'dependency', name: 'neo4j', state: 'back', reason: 'It answers.' });
    expect(world.last.sent).toEqual([message('a'), message('a')]);
  });

  test('forgets a message that would only be refused again', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.last.receive({ type: 'error', code: 'ID_REUSED', message: 'used', id: 'a' });
    expect(world.kept).toEqual([]);
  });

  test('gives up a connection that stays silent after a message, and resends it on the next', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    await world.pass(timing.silence);
    expect(world.last.closedByPage).toBe(true);
    await world.pass(1_000);
    world.last.receive(welcome());
    expect(world.last.sent).toEqual([message('a')]);
  });
});

/** Lets time pass until the very moment of the next handshake. */
async function dialsAgain(world: FakeWorld): Promise<void> {
  const dialled = world.handshakes.length;
  while (world.handshakes.length === dialled) await world.pass(1);
}

describe('backoff', () => {
  test('full jitter stays within 0.5–20 s', () => {
    for (let failures = 0; failures < 2_000; failures++) {
      expect(backoff(failures, () => 0)).toBe(500);
      expect(backoff(failures, Math.random)).toBeGreaterThanOrEqual(500);
      expect(backoff(failures, () => 1)).toBeLessThanOrEqual(20_000);
    }
    expect(backoff(0, () => 1)).toBe(1_000);
    expect(backoff(9, () => 1)).toBe(20_000);
    expect(backoff(9, () => 0.5)).toBe(10_250);
  });

  /** How long it waits after a connection that was up for `uptime`, six failures before. */
  async function waitAfterUptime(uptime: number): Promise<number> {
    const world = new FakeWorld();
    world.chance = 0.999;
    world.connection.start();
    for (let failed = 0; failed < 6; failed++) {
      await world.pass(timing.longestWait);
      world.last.close(1006);
    }
    await world.pass(timing.longestWait);
    world.last.receive(welcome());
    await world.pass(uptime);
    world.last.close(1006);
    const { state } = world.connection;
    if (state.name !== 'waiting') throw new Error(`Expected it to wait, but it is ${state.name}.`);
    return state.retryAt - world.time;
  }

  test('resets backoff only after 5 s of stable uptime', async () => {
    expect(await waitAfterUptime(4_999)).toBeGreaterThan(15_000);
    expect(await waitAfterUptime(5_000)).toBeLessThanOrEqual(1_000);
  });
});
