import { describe, expect, test } from 'vitest';
import { closeCodes, type FrameOf, type MessageFrame } from '../../client/frames.generated.ts';
import { backoff, timing } from '../../client/timing.ts';
import { ack, FakeWorld, message, notReady, ready, recovered, welcome } from './world.ts';

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

  test('hears what came while the page was suspended before it gives the server up', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(0);
    world.suspend(60_000);
    await world.pass(timing.late - 1);
    world.last.receive(welcome());
    await world.pass(timing.late);
    expect(world.handshakes).toHaveLength(1);
    expect(world.connection.state.name).toBe('connected');
  });

  test('gives up a server from which nothing came while the page was suspended', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(0);
    world.suspend(60_000);
    await world.pass(timing.late);
    expect(world.last.closedByPage).toBe(true);
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

  test('after a restart that was told of connects within 0.3 s and asks no status', async () => {
    const world = new FakeWorld();
    world.chance = 0.999;
    await world.connect();
    world.last.close(closeCodes.restart.code);
    await world.pass(300);
    expect(world.handshakes).toHaveLength(2);
    expect(world.statusAsked).toBe(1);
  });

  test('after a restart that was told of tries quickly, eight times, and then backs off', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.close(closeCodes.restart.code);
    for (let attempt = 0; attempt < timing.quickAttempts; attempt++) {
      const before = world.time;
      await dialsAgain(world);
      expect(world.time - before).toBeLessThanOrEqual(300);
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

  test('goes on after a frame it does not know', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.receive('{"type":"hologram"}');
    expect(world.connection.state.name).toBe('connected');
    expect(world.frames).toEqual([welcome()]);
  });

  test.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['a known frame without what it needs', '{"type":"ack","id":"a"}'],
    [
      'a known frame with a field of another type',
      '{"type":"delta","id":"a","attempt":1,"at":"0","text":""}',
    ],
  ])('connects anew after %s, however often', async (_, text) => {
    const world = new FakeWorld();
    await world.connect();
    for (let round = 0; round < 2 * timing.handshakes; round++) {
      world.last.receive(text);
      expect(world.last.closedByPage).toBe(true);
      expect(world.connection.state).toMatchObject({
        name: 'waiting',
        reason: 'The server sent what this page cannot read.',
      });
      world.connection.wake();
      await world.pass(0);
    }
    world.last.receive(welcome());
    expect(world.connection.state.name).toBe('connected');
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
    world.last.receive(ack('a', 1));
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
    world.last.receive(refusal('a', 'STORE_AWAY'));
    world.last.receive({ type: 'dependency', name: 'neo4j', state: 'back', reason: 'It answers.' });
    expect(world.last.sent).toEqual([message('a'), message('a')]);
  });

  test('sends what no store could take again by itself, ever more rarely, until one takes it', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    for (const wait of [750, 1_250, 2_250, 4_250, 8_250, 10_250, 10_250]) {
      world.last.receive(refusal('a', 'UNKNOWN_OUTCOME'));
      const before = world.last.sent.length;
      await world.pass(wait - 1);
      expect(world.last.sent).toHaveLength(before);
      await world.pass(1);
      expect(world.last.sent).toHaveLength(before + 1);
    }
    world.last.receive(ack('a', 1));
    const sent = world.last.sent.length;
    await world.pass(20_000);
    expect(world.last.sent).toHaveLength(sent);
    expect(world.kept).toEqual([]);
  });

  test('sends only what was refused again, and nothing on a connection that is lost', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.connection.send(message('b'));
    world.last.receive(refusal('a', 'STORE_AWAY'));
    await world.pass(750);
    expect(world.last.sent).toEqual([message('a'), message('b'), message('a')]);
    world.last.receive(refusal('a', 'STORE_AWAY'));
    const lost = world.last;
    lost.close(1006);
    await world.pass(20_000);
    expect(lost.sent).toHaveLength(3);
  });

  test('sends again at once what a person sends again, though no store took it', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.last.receive(refusal('a', 'STORE_AWAY'));
    world.connection.send(message('a'));
    expect(world.last.sent).toEqual([message('a'), message('a')]);
  });

  test('tries again what no store could take as soon as one took another message', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.last.receive(refusal('a', 'UNKNOWN_OUTCOME'));
    world.connection.send(message('b'));
    expect(world.last.sent).toEqual([message('a'), message('b')]);
    world.last.receive(ack('b', 1));
    expect(world.last.sent).toEqual([message('a'), message('b'), message('a')]);
  });

  test('forgets a message that another connection told of', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    const turn = {
      id: 'a',
      offset: 1,
      speaker: 'patient',
      text: 'A',
      recordedAt: '2026-01-01T00:00:00.000Z',
    };
    world.last.receive({ type: 'turn', offset: 1, turn });
    expect(world.kept).toEqual([]);
  });

  test('keeps a message whose answer failed before it was acknowledged here', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.last.receive(refusal('a', 'ANSWER_FAILED'));
    expect(world.kept).toEqual([message('a')]);
  });

  test('ends an answer once connected, and asks again until it has ended, or was wanted again', async () => {
    const world = new FakeWorld();
    const [a, b] = [
      { type: 'stop', id: 'a' },
      { type: 'stop', id: 'b' },
    ];
    world.connection.stopAnswer('a');
    await world.connect();
    expect(world.last.sent).toEqual([a]);
    world.last.receive(refusal('a', 'RATE_LIMITED'));
    await world.pass(timing.stopAgain);
    expect(world.last.sent).toEqual([a, a]);
    world.last.receive(refusal('a', 'ANSWER_FAILED'));
    world.connection.stopAnswer('b');
    world.connection.send(message('b'));
    await world.pass(2 * timing.stopAgain);
    expect(world.last.sent).toEqual([a, a, b, message('b')]);
  });

  test('asks for the end of many answers, of each as often, also after a reconnect that sends them again', async () => {
    const world = new FakeWorld();
    await world.connect();
    const stops = Array.from({ length: 14 }, (_, at) => ({ type: 'stop', id: `m${at}` }));
    for (const { id } of stops) world.connection.stopAnswer(id);
    expect(world.last.sent).toEqual(stops);
    await world.pass(timing.stopAgain);
    expect(world.last.sent).toEqual([...stops, ...stops]);
    world.last.close(1006);
    await world.pass(timing.longestWait);
    world.last.receive(welcome());
    for (const { id } of stops) world.connection.sendUnanswered(message(id));
    await world.pass(timing.stopAgain);
    expect(world.last.sent.slice(-stops.length)).toEqual(stops);
  });

  test('asks for the end of an answer that nothing is heard of only a few times', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.stopAnswer('a');
    await world.pass(20 * timing.stopAgain);
    expect(world.last.sent).toEqual(Array.from({ length: timing.stops }, () => ({ type: 'stop', id: 'a' })));
  });

  test('forgets a message that would only be refused again', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.last.receive(refusal('a', 'ID_REUSED', { retryable: false }));
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

const refusal = (id: string, code: string, more: Partial<FrameOf<'error'>> = {}): FrameOf<'error'> => ({
  ...{ type: 'error', id, code, retryable: true, message: `It was refused with ${code}.` },
  ...more,
});

describe('a heartbeat', () => {
  test('is sent after 25 s without a frame, and what answers it is enough', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.isMute = true;
    await world.pass(timing.heartbeat + timing.pong - 1);
    expect(world.connection.state.name).toBe('connected');
    world.last.receive({ type: 'memory' });
    await world.pass(timing.heartbeat + timing.pong - 1);
    expect(world.connection.state.name).toBe('connected');
  });

  test('finds a connection that is dead', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.isMute = true;
    await world.pass(timing.heartbeat + timing.pong);
    expect(world.handshakes[0]?.closedByPage).toBe(true);
    expect(world.states.at(-1)).toMatchObject({ name: 'waiting', reason: 'The server fell silent.' });
  });

  test('does not wait longer because more is sent to a dead connection', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.last.isMute = true;
    for (let sent = 0; sent < 3; sent++) {
      world.connection.send(message(`m${sent}`));
      await world.pass(timing.silence / 3);
    }
    expect(world.handshakes[0]?.closedByPage).toBe(true);
  });
});

describe('a position', () => {
  /** A connection that knows the log up to `events`. */
  async function upTo(events: number): Promise<FakeWorld> {
    const world = new FakeWorld();
    await world.connect();
    for (let offset = 1; offset <= events; offset++) world.last.receive(ack(`m${offset}`, offset));
    return world;
  }

  /** The position that the next handshake asks to go on from. */
  async function asked(world: FakeWorld) {
    world.last.close(1006);
    await dialsAgain(world);
    return world.last.position;
  }

  test('is asked for from the second handshake on', async () => {
    const world = await upTo(2);
    expect(world.last.position).toBeUndefined();
    expect(await asked(world)).toEqual({ epoch: 'epoch-1', offset: 2 });
  });

  test('is not asked for before the log has begun', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(0);
    world.last.receive(welcome([], ''));
    expect(await asked(world)).toBeUndefined();
  });

  test('begins with the log', async () => {
    const world = new FakeWorld();
    world.connection.start();
    await world.pass(0);
    world.last.receive(welcome([], ''));
    world.last.receive({ type: 'session', epoch: 'epoch-2', offset: 0 });
    world.last.receive(ack('a', 1));
    expect(await asked(world)).toEqual({ epoch: 'epoch-2', offset: 1 });
  });

  test('moves with the next event only', async () => {
    const world = await upTo(2);
    world.last.receive(ack('m1', 1));
    world.last.receive(ack('m4', 4));
    world.last.receive(ack('known', 3, true));
    expect(await asked(world)).toEqual({ epoch: 'epoch-1', offset: 2 });
  });

  test('moves with every kind of event', async () => {
    const world = await upTo(1);
    const turn = {
      id: 'm2',
      offset: 2,
      speaker: 'patient',
      text: 'Hi',
      recordedAt: '2026-01-01T00:00:00.000Z',
    };
    const answer = { ...turn, id: 'a2', offset: 3, speaker: 'assistant', replyTo: 'm2' };
    world.last.receive({ type: 'turn', offset: 2, turn });
    world.last.receive({ type: 'answer', offset: 3, turn: answer, facts: [] });
    world.last.receive(refusal('m1', 'ANSWER_FAILED', { offset: 4 }));
    world.last.receive({
      type: 'done',
      id: 'm1',
      offset: 5,
      text: '',
      facts: [],
      recordedAt: turn.recordedAt,
    });
    expect(await asked(world)).toEqual({ epoch: 'epoch-1', offset: 5 });
  });

  test('stays when the server goes on from it, for what was missed comes after', async () => {
    const world = await upTo(2);
    await asked(world);
    world.last.receive(recovered(7));
    world.last.receive(ack('m3', 3));
    expect(await asked(world)).toEqual({ epoch: 'epoch-1', offset: 3 });
  });

  test('is that of the history when the server cannot go on from it', async () => {
    const world = await upTo(2);
    await asked(world);
    world.last.receive({ ...welcome([], 'epoch-2'), offset: 9 });
    expect(await asked(world)).toEqual({ epoch: 'epoch-2', offset: 9 });
  });

  test('of a log that was replaced is dropped, and the next handshake is made at once', async () => {
    const world = await upTo(2);
    world.last.receive({ type: 'session', epoch: 'epoch-1', offset: 2 });
    expect(world.connection.state.name).toBe('connected');
    world.last.receive({ type: 'session', epoch: 'epoch-2', offset: 1 });
    await world.pass(0);
    expect(world.handshakes).toHaveLength(2);
    expect(world.last.position).toBeUndefined();
  });
});

describe('a message that was refused for the rate', () => {
  const limited = (id: string, retryAfterMs?: number) =>
    refusal(id, 'RATE_LIMITED', retryAfterMs === undefined ? {} : { retryAfterMs });
  const sentIds = (world: FakeWorld) => world.last.sent.map((frame) => (frame as MessageFrame).id);
  /** A page whose messages were all refused, at the moment when the first of them is sent again. */
  const sentAgain = async (...ids: readonly string[]): Promise<FakeWorld> => {
    const world = new FakeWorld();
    await world.connect();
    for (const id of ids) world.connection.send(message(id));
    for (const id of ids) world.last.receive(limited(id, 1_000));
    await world.pass(1_000);
    return world;
  };

  test('is held as long as the server asks, and then sent again with all behind it, in order', async () => {
    const world = new FakeWorld();
    await world.connect();
    for (const id of ['a', 'b', 'c']) world.connection.send(message(id));
    world.last.receive(ack('a', 1));
    world.last.receive(limited('b', 3_000));
    world.last.receive(limited('c', 3_000));
    world.connection.send(message('d'));
    await world.pass(2_999);
    expect(sentIds(world)).toEqual(['a', 'b', 'c']);
    await world.pass(1);
    expect(sentIds(world)).toEqual(['a', 'b', 'c', 'b']);
    world.last.receive(ack('b', 2));
    world.last.receive(ack('c', 3));
    world.last.receive(ack('d', 4));
    expect(sentIds(world)).toEqual(['a', 'b', 'c', 'b', 'c', 'd']);
    expect(world.kept).toEqual([]);
  });

  test('does not hold those behind it for good when no store can take it then', async () => {
    const world = await sentAgain('a', 'b');
    world.last.receive(refusal('a', 'UNKNOWN_OUTCOME'));
    expect(sentIds(world)).toEqual(['a', 'b', 'a', 'b']);
    world.last.receive(refusal('b', 'UNKNOWN_OUTCOME'));
    expect(sentIds(world)).toHaveLength(4);
    await world.pass(2 * timing.shortestWait);
    expect(sentIds(world)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  test('overtakes nothing when it is refused again', async () => {
    const world = await sentAgain('a', 'b');
    world.last.receive(limited('a'));
    await world.pass(timing.rateLimit);
    expect(sentIds(world)).toEqual(['a', 'b', 'a', 'a']);
  });

  test('is held across a reconnect, and those after it may go together again when none waits', async () => {
    const world = new FakeWorld();
    await world.connect();
    world.connection.send(message('a'));
    world.last.receive(limited('a', 60_000));
    world.last.close(1006);
    await dialsAgain(world);
    world.last.receive(recovered(0));
    expect(world.last.sent).toEqual([]);
    await world.pass(60_000);
    expect(sentIds(world)).toEqual(['a']);
    world.last.receive(ack('a', 1));
    world.connection.send(message('b'));
    world.connection.send(message('c'));
    expect(sentIds(world)).toEqual(['a', 'b', 'c']);
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
