import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import driver from 'neo4j-driver';
import { describe, expect, test, vi } from 'vitest';
import { Neo4jRecordStore } from '../../app/stores/neo4j/record-store.ts';
import { UnknownOutcomeError } from '../../app/stores/types.ts';
import { startProxy } from '../faults/proxy.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startNeo4j, type Neo4jServer } from '../servers/neo4j/neo4j.ts';
import { freePort } from '../servers/ports.ts';
import { previousRecordFacts } from './previous/facts.ts';
import { envOf } from './real.ts';
import { answer, fact, message, newScope, recordStoreFacts, stated } from './store-suite.ts';

/** Enough for a constraint to take a multiple of the shortest time limit. */
const manySessions = 30_000;

/** A COMMIT of Bolt, in its chunk. */
const boltCommit = Buffer.from([0, 2, 0xb0, 0x12, 0, 0]);

/** The first statements of a cold database take their time on a small machine. */
const patientMs = 20_000;

const recordOf = (
  { host, port, user, password }: Omit<Neo4jServer, 'url' | 'stop' | 'kill'>,
  onLost?: () => void,
  timeoutMs = patientMs,
): Neo4jRecordStore =>
  new Neo4jRecordStore(
    envOf({
      NEO4J_HOST: host,
      NEO4J_PORT: String(port),
      NEO4J_USER: user,
      NEO4J_PASSWORD: password,
      STORE_TIMEOUT: String(timeoutMs),
    }),
    onLost,
  );

describe('Neo4j', () => {
  const neo4j = forSuite(() => startNeo4j());
  recordStoreFacts(() => recordOf(neo4j()));

  test('one process at a time fills the index: until it gives that up, or says no more', async () => {
    const [one, other] = [recordOf(neo4j()), recordOf(neo4j())];
    await one.connect();
    await other.connect();
    const [first, second] = [
      { owner: 'one', leaseMs: 60_000 },
      { owner: 'other', leaseMs: 60_000 },
    ];
    expect(await one.claimIndexing(first)).toBe(true);
    expect(await other.claimIndexing(second)).toBe(false);
    expect(await one.claimIndexing(first), 'held on to').toBe(true);
    expect(await one.claimIndexing({ ...first, leaseMs: 0 }), 'given up').toBe(true);
    expect(await other.claimIndexing({ ...second, leaseMs: 1 })).toBe(true);
    await vi.waitFor(async () => expect(await one.claimIndexing(first)).toBe(true), 20_000);
    await one.claimIndexing({ ...first, leaseMs: 0 });
    await one.close();
    await other.close();
  });

  test('what was read from a message holds no more once a replica of an earlier version replaced it, nor is it read then', async () => {
    const { url, user, password } = neo4j();
    const record = recordOf(neo4j());
    const scope = newScope();
    for (const id of ['m1', 'm2', 'm3']) await record.addMessage({ ...scope, ...message(id, id) }, []);
    const taken = (await record.takeUnread(10_000, 60_000)).filter(
      ({ patientId }) => patientId === scope.patientId,
    );
    const [first, second, third] = taken.toSorted((a, b) => a.messageId.localeCompare(b.messageId));
    if (!first || !second || !third) throw new Error('three messages were there to be read');
    await record.markRead(first, [stated('ramipril')]);
    await record.postpone(third, 0);
    const graph = driver.driver(url, driver.auth.basic(user, password));
    // As a version writes it that knows of no statements.
    await graph.executeQuery(
      "MATCH (m:Episode {patientId: $patientId}) WHERE m.replyTo IS NULL SET m.replacedBy = 'm9', m.state = 'replaced'",
      { patientId: scope.patientId },
    );
    await graph.close();
    expect(await record.statements(scope.patientId, 9)).toEqual([]);
    await record.markRead(second, [stated('aspirin')]);
    expect(await record.statements(scope.patientId, 9)).toEqual([]);
    const again = await record.takeUnread(10_000, 0);
    expect(again.filter(({ patientId }) => patientId === scope.patientId)).toEqual([]);
    await record.close();
  });

  test('a message that a replica of an earlier version stored is read, too', async () => {
    const { url, user, password } = neo4j();
    const [record, later] = [recordOf(neo4j()), recordOf(neo4j())];
    await record.connect();
    const { patientId, sessionId } = newScope();
    for (const id of ['m1', 'm2']) await record.addMessage({ patientId, sessionId, ...message(id, id) }, []);
    const graph = driver.driver(url, driver.auth.basic(user, password));
    // As the earlier version writes it.
    await graph.executeQuery("MATCH (m:Episode {patientId: $patientId, id: 'm1'}) REMOVE m.readDue", {
      patientId,
    });
    await graph.close();
    const taken = (await later.takeUnread(10_000, 60_000)).filter((one) => one.patientId === patientId);
    expect(taken.map(({ messageId }) => messageId).toSorted()).toEqual(['m1', 'm2']);
    for (const one of taken) await later.markRead(one, []);
    const third = recordOf(neo4j());
    expect((await third.takeUnread(10_000, 0)).filter((one) => one.patientId === patientId)).toEqual([]);
    for (const one of [record, later, third]) await one.close();
  });

  test('an answer waits for a claim in progress, and is not stored once its attempt is another', async () => {
    const { url, user, password } = neo4j();
    const record = recordOf(neo4j());
    await record.connect();
    const scope = newScope();
    await record.addMessage({ ...scope, ...message('m1', 'Hello') }, [], { owner: 'one', leaseMs: 0 });
    const graph = driver.driver(url, driver.auth.basic(user, password));
    const claiming = graph.session().beginTransaction();
    await claiming.run(
      "MATCH (m:Episode {patientId: $patientId, id: 'm1'}) SET m.isLocked = true, m.attempt = 2",
      {
        patientId: scope.patientId,
      },
    );
    const late = { kind: 'answer' as const, turn: answer('m1', 'late'), facts: [] };
    const settling = record.settle({ ...scope, messageId: 'm1', attempt: 1, tries: 1 }, late);
    const blocked = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN status";
    await vi.waitFor(async () => expect((await graph.executeQuery(blocked)).records).toHaveLength(1), 20_000);
    await claiming.commit();
    await graph.close();
    expect(await settling).toBeUndefined();
    expect(await record.events(scope, 0, 10)).toHaveLength(1);
    await record.close();
  });

  test('an open connection that is cut is told, and one that is closed here is not', async () => {
    const proxy = await startProxy(neo4j());
    const lost = vi.fn();
    const record = recordOf({ ...neo4j(), port: proxy.port }, lost);
    await record.connect();
    expect(lost).not.toHaveBeenCalled();
    await proxy.up();
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
    const { length } = lost.mock.calls;
    await record.connect();
    await record.close();
    await proxy.stop();
    expect(lost).toHaveBeenCalledTimes(length);
  });

  test('a message whose commit was sent and not answered is of unknown outcome, and is stored once', async () => {
    const proxy = await startProxy(neo4j());
    const record = recordOf({ ...neo4j(), port: proxy.port });
    await record.connect();
    const scope = newScope();
    const [sent, before] = ['m1', 'm2'].map((id) => ({ ...scope, ...message(id, id) }));
    if (!sent || !before) throw new Error('two messages');
    const isDown = proxy.downAfter(boltCommit);
    await expect(record.addMessage(sent, [fact(scope.patientId, 'm1')])).rejects.toBeInstanceOf(
      UnknownOutcomeError,
    );
    await isDown;
    const known: unknown = await record.addMessage(before, []).catch((error: unknown) => error);
    expect(known, 'nothing was sent').not.toBeInstanceOf(UnknownOutcomeError);
    expect(known).toBeInstanceOf(Error);
    await proxy.up();
    expect(await record.addMessage(sent, [fact(scope.patientId, 'm1')])).toMatchObject({ offset: 1 });
    expect(await record.addMessage(before, [])).toMatchObject({ offset: 2, duplicate: false });
    expect(await record.facts(scope.patientId, 9)).toHaveLength(1);
    await record.close();
    await proxy.stop();
  });

  test('refuses a wrong password in words that do not repeat it', async () => {
    const record = recordOf({ ...neo4j(), password: 'wrong guess' });
    await expect(record.connect()).rejects.toThrow(/authentication failure/i);
    await expect(record.connect()).rejects.not.toThrow('wrong guess');
    await record.close();
  });
});

describe("Neo4j, with the previous release's data", () => {
  const neo4j = forSuite(() => startNeo4j());

  test('its record becomes a log with everything in it, although two processes migrate it at once', async (context) => {
    if (process.env['MOORING_TEST_NEO4J_URL'] !== undefined) context.skip('needs a database of its own');
    const { url, user, password } = neo4j();
    const graph = driver.driver(url, driver.auth.basic(user, password));
    const statements = (await readFile('test/stores/previous/record.cypher', 'utf8')).split(';\n');
    for (const statement of statements.filter((line) => line.trim() !== ''))
      await graph.executeQuery(statement);
    const [one, other] = [recordOf(neo4j()), recordOf(neo4j())];
    const works: string[] = [];
    await Promise.all([one.connect((work) => works.push(work)), other.connect()]);
    expect(works.join(), 'what takes longer than a dial is told').toMatch(/answers.*indexes are being made/);
    await one.connect((work) => works.push(work));
    expect(works, 'a dial has nothing to prepare afterwards').toHaveLength(1);
    await previousRecordFacts(one);
    await other.close();
    await graph.executeQuery("MATCH (s:Schema {name: 'record'}) SET s.version = 99");
    await expect(other.connect()).rejects.toThrow(/schema version 99; .*another database/);
    await graph.close();
    await Promise.all([one.close(), other.close()]);
  });

  test('a step of its migration may take longer than a statement of the chat', async (context) => {
    if (process.env['MOORING_TEST_NEO4J_URL'] !== undefined) context.skip('needs a database of its own');
    const { url, user, password } = neo4j();
    const graph = driver.driver(url, driver.auth.basic(user, password));
    const run = async (statement: string): Promise<number> => {
      const began = performance.now();
      await graph.executeQuery(statement);
      return performance.now() - began;
    };
    await run(
      `UNWIND range(1, ${manySessions}) AS n CREATE (:Session {key: 'many ' + n, epoch: 'e', last: 0})`,
    );
    await run('DROP CONSTRAINT session_key IF EXISTS');
    await run("MERGE (s:Schema {name: 'record'}) SET s.version = 0");
    const timeoutMs = 50;
    // A constraint is made once every node was read.
    const tookMs = await run('CREATE CONSTRAINT tried FOR (s:Session) REQUIRE s.key IS UNIQUE');
    expect(tookMs, 'as long as it must be to prove anything').toBeGreaterThan(timeoutMs);
    await run('DROP CONSTRAINT tried');
    await graph.close();
    const record = recordOf(neo4j(), undefined, timeoutMs);
    // A new connection alone may take longer on a small machine.
    await vi.waitFor(() => record.connect(), 30_000);
    await record.close();
  });
});

describe('Neo4j, away and back', () => {
  test('works again, with everything in it, without a new store', async () => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'mooring-neo4j-'));
    const password = 'a good password';
    const record = recordOf({ host: '127.0.0.1', port, user: 'neo4j', password });
    const scope = newScope();
    try {
      const first = await startNeo4j({ port, folder, password });
      await record.connect();
      await record.addMessage({ ...scope, ...message('m1', 'Hello') }, [fact(scope.patientId, 'Hello')]);
      await first.stop();
      await expect(record.history(scope, 9)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|closed/);
      const second = await startNeo4j({ port, folder, password });
      expect((await record.history(scope, 9))?.turns).toHaveLength(1);
      expect(await record.facts(scope.patientId, 9)).toHaveLength(1);
      await second.stop();
    } finally {
      await record.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
