import { isAsking, isSurelyAsking } from '../../app/meaning/asking.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Stated } from '../../app/knowledge/statement.ts';
import type { Turn } from '../../contract/protocol.ts';
import {
  IdReusedError,
  NoSuchMessageError,
  NothingToReplaceError,
  type Fact,
  type History,
  type Lease,
  type RecordStore,
  type Scope,
  type SearchIndex,
  type SessionCache,
  type Settled,
  type UnindexedWindow,
  type Store,
  type UnreadMessage,
} from '../../app/stores/types.ts';

/** The store suite: what every kind of a store must do. Patients are new in every test, so a server can be shared. */

export const newScope = (): Scope => ({
  patientId: `patient:${randomUUID()}`,
  sessionId: `session:${randomUUID()}`,
});

export const at = (second: number): string => new Date(Date.UTC(2026, 10, 23, 9, 0, second)).toISOString();

export const message = (id: string, text: string, recordedAt = at(0), offset = 1): Turn => ({
  id,
  offset,
  speaker: 'patient',
  text,
  recordedAt,
});
export const answer = (replyTo: string, text: string, recordedAt = at(0), offset = 2): Turn => ({
  id: `answer-${replyTo}`,
  offset,
  speaker: 'assistant',
  text,
  recordedAt,
  replyTo,
});
export const fact = (patientId: string, text: string, recordedAt = at(0)): Fact => ({
  id: randomUUID(),
  patientId,
  text,
  recordedAt,
  sourceId: 'm1',
});

type Texts = readonly { readonly text: string }[];
const texts = (said: Texts | { readonly turns: Texts } | undefined): string[] | undefined =>
  (said && 'turns' in said ? said.turns : said)?.map(({ text }) => text);

export const stated = (value: string): Stated => ({
  ...{ subject: 'patient', predicate: 'takes', object: '', occasion: '', value },
  ...{ validAt: '2026-11-01', ends: false, quote: value },
});

const byMessage = (one: UnreadMessage, other: UnreadMessage): number =>
  one.messageId < other.messageId ? -1 : 1;

/** A cached or recorded session at an offset. */
export const upTo = (offset: number, turns: readonly Turn[], epoch = 'epoch'): History => ({
  ...{ epoch, offset, turns },
});

const lease: Lease = { owner: 'a process', leaseMs: 60_000 };

/** Claims an answer and stores it. */
export async function answered(record: RecordStore, scope: Scope, turn: Turn): Promise<Settled | undefined> {
  const claimed = await record.claim(scope, turn.replyTo ?? '', lease);
  if (claimed.state === 'settled') return claimed.outcome;
  if (claimed.state !== 'claimed') throw new Error(`the answer cannot be claimed: ${claimed.state}`);
  return record.settle(claimed.claim, { kind: 'answer', turn, facts: [] });
}

/** Opens a store before the tests of the calling `describe` and closes it after them. */
function opened<S extends Store>(make: () => S): () => S {
  let store: S | undefined;
  afterAll(async () => store?.close());
  return () => (store ??= make());
}

export function recordStoreFacts(make: () => RecordStore): void {
  describe('the record', () => {
    const record = opened(make);

    test('connects as often as it is asked to', async () => {
      await record().connect();
      await record().connect();
    });

    test('stores a message once, however often it is sent', async () => {
      const scope = newScope();
      const first = await record().addMessage({ ...scope, ...message('m1', 'Hello', at(1)) }, []);
      const again = await record().addMessage({ ...scope, ...message('m1', 'Hello', at(9)) }, []);
      expect(first).toMatchObject({ offset: 1, recordedAt: at(1), duplicate: false });
      expect(again).toEqual({ ...first, duplicate: true });
      expect(texts(await record().history(scope, 10))).toEqual(['Hello']);
    });

    test('stores a message once when it is sent many times at the same moment', async () => {
      const scope = newScope();
      const told = fact(scope.patientId, 'I have a cat.');
      const sent = Array.from({ length: 8 }, (_, second) =>
        record().addMessage({ ...scope, ...message('m1', 'I have a cat.', at(second)) }, [told]),
      );
      const results = await Promise.all(sent);
      expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(results.map(({ recordedAt }) => recordedAt)).size).toBe(1);
      expect(texts(await record().history(scope, 10))).toHaveLength(1);
      expect(await record().facts(scope.patientId, 10)).toHaveLength(1);
    });

    test('refuses an id that was used for another text, and keeps the first', async () => {
      const scope = newScope();
      await record().addMessage({ ...scope, ...message('m1', 'Hello') }, []);
      const other = record().addMessage({ ...scope, ...message('m1', 'Goodbye') }, [
        fact(scope.patientId, 'Goodbye'),
      ]);
      await expect(other).rejects.toBeInstanceOf(IdReusedError);
      expect(texts(await record().history(scope, 10))).toEqual(['Hello']);
      expect(await record().facts(scope.patientId, 10)).toEqual([]);
    });

    test('keeps the same message id of two patients and of two sessions apart', async () => {
      const one = newScope();
      const otherSession = { ...one, sessionId: 'session:other' };
      const otherPatient = { ...one, patientId: `patient:${randomUUID()}` };
      for (const [scope, text] of [
        [one, 'one'],
        [otherSession, 'two'],
        [otherPatient, 'three'],
      ] as const) {
        const stored = await record().addMessage({ ...scope, ...message('m1', text) }, [
          fact(scope.patientId, text),
        ]);
        expect(stored.duplicate).toBe(false);
        await answered(record(), scope, answer('m1', `answer to ${text}`));
      }
      expect(texts(await record().history(one, 10))).toEqual(['one', 'answer to one']);
      expect(texts(await record().history(otherSession, 10))).toEqual(['two', 'answer to two']);
      expect(texts(await record().history(otherPatient, 10))).toEqual(['three', 'answer to three']);
      expect(texts(await record().facts(otherPatient.patientId, 10))).toEqual(['three']);
      expect(texts(await record().facts(one.patientId, 10))?.sort()).toEqual(['one', 'two']);
    });

    test('keeps names apart that would run into one another when joined', async () => {
      const left = { patientId: `a:${randomUUID()}`, sessionId: 'b:c' };
      const right = { patientId: `${left.patientId}:b`, sessionId: 'c' };
      await record().addMessage({ ...left, ...message('m1', 'left') }, []);
      await record().addMessage({ ...right, ...message('m1', 'right') }, []);
      expect(texts(await record().history(left, 10))).toEqual(['left']);
      expect(texts(await record().history(right, 10))).toEqual(['right']);
    });

    test('stores a message and its facts together, and gives the facts back newest first', async () => {
      const scope = newScope();
      const [cat, dog, tea] = ['cat', 'dog', 'tea'].map((text) => fact(scope.patientId, text, at(1)));
      const newest = fact(scope.patientId, 'newest', at(2));
      if (!cat || !dog || !tea) throw new Error('three facts');
      await record().addMessage({ ...scope, ...message('m1', 'cat dog', at(1)) }, [cat, dog]);
      await record().addMessage({ ...scope, ...message('m2', 'tea', at(1)) }, [tea]);
      await record().addMessage({ ...scope, ...message('m3', 'newest', at(2)) }, [newest]);
      expect(await record().facts(scope.patientId, 10)).toMatchObject([newest, tea, dog, cat]);
      expect(await record().facts(scope.patientId, 2)).toMatchObject([newest, tea]);
    });

    test('finds facts by id, and of another patient none', async () => {
      const scope = newScope();
      const stranger = newScope();
      const [cat, dog] = [fact(scope.patientId, 'cat'), fact(scope.patientId, 'dog')];
      await record().addMessage({ ...scope, ...message('m1', 'cat dog') }, [cat, dog]);
      expect(await record().factsById(scope.patientId, [cat.id])).toMatchObject([cat]);
      expect(await record().factsById(scope.patientId, [])).toEqual([]);
      expect(await record().factsById(stranger.patientId, [cat.id, dog.id])).toEqual([]);
    });

    test('tells the history oldest first, in the order of writing, each answer behind its message', async () => {
      const scope = newScope();
      for (const id of ['m1', 'm2', 'm3']) await record().addMessage({ ...scope, ...message(id, id) }, []);
      for (const id of ['m3', 'm1']) await answered(record(), scope, answer(id, `to ${id}`));
      expect(texts(await record().history(scope, 10))).toEqual(['m1', 'to m1', 'm2', 'm3', 'to m3']);
      expect(texts(await record().history(scope, 3))).toEqual(['m2', 'm3', 'to m3']);
      expect(texts(await record().history(scope, 0))).toEqual([]);
      expect(await record().history(newScope(), 10)).toBeUndefined();
    });

    test("tells a patient's last turns of all sessions, oldest first", async () => {
      const scope = newScope();
      const later = { ...scope, sessionId: 'session:later' };
      await record().addMessage({ ...scope, ...message('m1', 'first', at(1)) }, []);
      await answered(record(), scope, answer('m1', 'second', at(2)));
      await record().addMessage({ ...later, ...message('m1', 'third', at(3)) }, []);
      expect(texts(await record().recent(scope.patientId, 10))).toEqual(['first', 'second', 'third']);
      expect(texts(await record().recent(scope.patientId, 1))).toEqual(['third']);
      expect(await record().recent(newScope().patientId, 1)).toEqual([]);
    });

    test('stores one answer to a message; a second one changes nothing', async () => {
      const scope = newScope();
      await record().addMessage({ ...scope, ...message('m1', 'Hello') }, []);
      expect(await record().outcomeOf(scope, 'm1')).toBeUndefined();
      await answered(record(), scope, answer('m1', 'first'));
      await answered(record(), scope, { ...answer('m1', 'second'), id: 'another id' });
      expect((await record().outcomeOf(scope, 'm1'))?.turn).toEqual(answer('m1', 'first'));
      expect(texts(await record().history(scope, 10))).toEqual(['Hello', 'first']);
    });

    test('takes a message whose id is that of an answer', async () => {
      const scope = newScope();
      await record().addMessage({ ...scope, ...message('m1', 'Hello') }, []);
      await answered(record(), scope, answer('m1', 'first'));
      const stored = await record().addMessage({ ...scope, ...message('answer-m1', 'mine') }, []);
      expect(stored.duplicate).toBe(false);
      expect(texts(await record().history(scope, 10))).toEqual(['Hello', 'first', 'mine']);
    });

    test('knows which facts an index lacks, oldest first, for every index anew', async () => {
      const scope = newScope();
      const mine = (facts: readonly Fact[]): Fact[] =>
        facts.filter(({ patientId }) => patientId === scope.patientId);
      const [older, newer] = [fact(scope.patientId, 'older', at(1)), fact(scope.patientId, 'newer', at(2))];
      await record().addMessage({ ...scope, ...message('m1', 'older') }, [older]);
      await record().addMessage({ ...scope, ...message('m2', 'newer') }, [newer]);
      const index = `index:${randomUUID()}`;
      expect(mine(await record().unindexed(index, 10_000))).toMatchObject([older, newer]);
      await record().markIndexed(index, [older]);
      expect(mine(await record().unindexed(index, 10_000))).toMatchObject([newer]);
      expect(mine(await record().unindexed('another index', 10_000))).toMatchObject([older, newer]);
      expect(await record().unindexedOf(scope.patientId, index, 9)).toMatchObject([newer]);
      expect(await record().unindexedOf(scope.patientId, 'another index', 1)).toMatchObject([newer]);
      expect(await record().indexed(index)).toBe(1);
      expect(await record().unindexedOf(newScope().patientId, index, 9)).toEqual([]);
      await record().markIndexed(index, []);
      expect(await record().unindexed(index, 0)).toEqual([]);
    });

    test('numbers the commits of a session without gaps, and a duplicate takes no number', async () => {
      const scope = newScope();
      const ids = Array.from({ length: 10 }, (_, nth) => `m${nth}`);
      const stored = await Promise.all(
        [...ids, ...ids].map((id) => record().addMessage({ ...scope, ...message(id, id) }, [])),
      );
      await Promise.all(ids.map((id) => answered(record(), scope, answer(id, `to ${id}`))));
      const events = await record().events(scope, 0, 100);
      expect(events.map(({ turn }) => turn.offset)).toEqual(Array.from({ length: 20 }, (_, nth) => nth + 1));
      expect(new Set(stored.map(({ offset }) => offset)).size).toBe(10);
      const position = await record().position(scope);
      expect(position).toEqual({ epoch: stored[0]?.epoch, offset: 20 });
      expect(await record().history(scope, 1)).toMatchObject(position ?? {});
      expect((await record().events(scope, 18, 1)).map(({ turn }) => turn.offset)).toEqual([19]);
    });

    test('tells events with their epoch, and an answer with the facts it used', async () => {
      const scope = newScope();
      const { epoch } = await record().addMessage({ ...scope, ...message('m1', 'Hello') }, []);
      const used = { id: 'f1', text: 'I have a cat.', recordedAt: at(0), sourceId: 'm0' };
      const claimed = await record().claim(scope, 'm1', lease);
      if (claimed.state !== 'claimed') throw new Error('not claimed');
      const settled = await record().settle(claimed.claim, {
        ...{ kind: 'stopped', turn: answer('m1', 'Hi'), facts: [used] },
        degraded: 'away',
      });
      const events = await record().events(scope, 0, 9);
      expect(events).toMatchObject([
        { epoch, kind: 'turn', turn: { id: 'm1', offset: 1 }, facts: [] },
        { epoch, kind: 'stopped', turn: { offset: 2, stopped: true }, facts: [used], degraded: 'away' },
      ]);
      expect(events[1]).toEqual(settled);
      const other = newScope();
      expect(await record().positions([other, scope])).toEqual([{ ...scope, epoch, offset: 2 }]);
    });

    test('an edit marks what it replaces, recalls its facts no more, and is owed the only answer', async () => {
      const scope = newScope();
      const said = fact(scope.patientId, 'My cat is called Milo.');
      const corrected = { ...fact(scope.patientId, 'My cat is called Tom.'), sourceId: 'm2' };
      await record().addMessage({ ...scope, ...message('m1', said.text) }, [said], lease);
      const edit = { ...scope, ...message('m2', corrected.text), replaces: 'm1' };
      expect(await record().addMessage(edit, [corrected])).toMatchObject({ offset: 2, duplicate: false });
      expect(await record().addMessage(edit, [corrected])).toMatchObject({ offset: 2, duplicate: true });
      expect((await record().history(scope, 9))?.turns).toMatchObject([
        { id: 'm1', replacedBy: 'm2' },
        { id: 'm2', replaces: 'm1' },
      ]);
      expect((await record().events(scope, 1, 9)).map(({ kind }) => kind)).toEqual(['edited']);
      expect((await record().facts(scope.patientId, 9)).map(({ text }) => text)).toEqual([corrected.text]);
      expect(await record().factsById(scope.patientId, [said.id])).toEqual([]);
      const first = { ...scope, messageId: 'm1', attempt: 1, tries: 1 };
      expect(await record().settle(first, { kind: 'answer', turn: answer('m1', 'Ah'), facts: [] })).toBe(
        undefined,
      );
      expect(await record().claim(scope, 'm1', lease)).toEqual({ state: 'replaced' });
      expect((await answered(record(), scope, answer('m2', 'Noted.')))?.turn.text).toBe('Noted.');
      for (const replaces of ['m1', 'm9'])
        await expect(
          record().addMessage({ ...scope, ...message(`again ${replaces}`, 'Max.'), replaces }, []),
        ).rejects.toBeInstanceOf(NothingToReplaceError);
      expect(await record().position(scope)).toMatchObject({ offset: 3 });
      const third = { ...scope, ...message('m3', 'My cat is called Max.'), replaces: 'm2' };
      await record().addMessage(third, []);
      expect((await record().history(scope, 9))?.turns.map(({ replacedBy }) => replacedBy)).toEqual([
        ...['m2', 'm3', 'm3'],
        undefined,
      ]);
    });

    test('has every message read once, unless its lease runs out or it is postponed', async () => {
      const scope = newScope();
      for (const id of ['m1', 'm2']) await record().addMessage({ ...scope, ...message(id, id, at(1)) }, []);
      const take = async (leaseMs: number) => {
        const taken = await record().takeUnread(10_000, leaseMs);
        return taken.filter(({ patientId }) => patientId === scope.patientId).toSorted(byMessage);
      };
      const unread = (messageId: string, attempt: number) => ({
        ...{ ...scope, messageId, text: messageId, recordedAt: at(1), attempt },
      });
      expect(await record().takeUnread(0, 1)).toEqual([]);
      expect(await take(0)).toEqual([unread('m1', 1), unread('m2', 1)]);
      expect(await take(60_000), 'the lease has run out').toEqual([unread('m1', 2), unread('m2', 2)]);
      expect(await take(60_000), 'the lease is running').toEqual([]);
      const { inAll, failing } = await record().unread(2);
      expect(inAll).toBeGreaterThanOrEqual(2);
      expect(failing).toBeGreaterThanOrEqual(2);
      await record().postpone(unread('m2', 1), 0);
      expect(await take(60_000), 'the attempt is not the newest').toEqual([]);
      await record().postpone(unread('m2', 2), 0);
      expect(await take(60_000)).toEqual([unread('m2', 3)]);
      await record().markRead(unread('m1', 2), [stated('ramipril'), stated('aspirin')]);
      await record().markRead(unread('m2', 2), [stated('of an older attempt')]);
      await record().markRead(unread('m2', 3), []);
      await record().postpone(unread('m2', 3), 0);
      expect(await take(0)).toEqual([]);
      const statements = await record().statements(scope.patientId, 10);
      expect(statements).toMatchObject([
        { ...stated('aspirin'), patientId: scope.patientId, sourceId: 'm1', recordedAt: at(1) },
        stated('ramipril'),
      ]);
      expect(await record().statements(scope.patientId, 1)).toEqual(statements.slice(0, 1));
      expect(await record().statements(newScope().patientId, 10)).toEqual([]);
    });

    test('what was stated in a message that is replaced is known no more, also when it is read late', async () => {
      const scope = newScope();
      for (const id of ['m1', 'm2']) await record().addMessage({ ...scope, ...message(id, id) }, []);
      const taken = (await record().takeUnread(10_000, 60_000)).filter(
        ({ patientId }) => patientId === scope.patientId,
      );
      const [first, second] = taken.toSorted(byMessage);
      if (!first || !second) throw new Error('two messages');
      await record().markRead(first, [stated('aspirin')]);
      for (const replaces of ['m1', 'm2'])
        await record().addMessage({ ...scope, ...message(`not ${replaces}`, 'Neither.'), replaces }, []);
      await record().markRead(second, [stated('ramipril')]);
      expect(await record().statements(scope.patientId, 10)).toEqual([]);
    });

    test('gives each session an epoch of its own, which stays', async () => {
      const scope = newScope();
      const other = { ...scope, sessionId: 'session:other' };
      expect(await record().position(scope)).toBeUndefined();
      const first = await record().addMessage({ ...scope, ...message('m1', 'one') }, []);
      const second = await record().addMessage({ ...scope, ...message('m2', 'two') }, []);
      const elsewhere = await record().addMessage({ ...other, ...message('m1', 'one') }, []);
      expect(second).toMatchObject({ epoch: first.epoch, offset: 2 });
      expect(elsewhere.offset).toBe(1);
      expect(elsewhere.epoch).not.toBe(first.epoch);
    });

    test('orders facts, turns and history by commit, whatever the clocks say', async () => {
      const scope = newScope();
      const other = { ...scope, sessionId: 'session:other' };
      for (const [where, id, second] of [
        [scope, 'm1', 90],
        [other, 'm2', 30],
        [scope, 'm3', 60],
      ] as const)
        await record().addMessage({ ...where, ...message(id, id, at(second)) }, [
          fact(scope.patientId, id, at(second)),
        ]);
      expect(texts(await record().facts(scope.patientId, 10))).toEqual(['m3', 'm2', 'm1']);
      expect(texts(await record().recent(scope.patientId, 10))).toEqual(['m1', 'm2', 'm3']);
      expect(texts(await record().history(scope, 10))).toEqual(['m1', 'm3']);
    });

    test('one refused message does not touch those committed with it', async () => {
      const scope = newScope();
      await record().addMessage({ ...scope, ...message('m1', 'Hello') }, []);
      const results = await Promise.allSettled(
        [message('m2', 'two'), message('m1', 'Other'), message('m3', 'three')].map((turn) =>
          record().addMessage({ ...scope, ...turn }, []),
        ),
      );
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(texts(await record().history(scope, 10))?.toSorted()).toEqual(['Hello', 'three', 'two']);
    });

    describe('an owed answer', () => {
      const owed = async (scope: Scope): Promise<string[]> =>
        (await record().owed(10_000))
          .filter(({ patientId }) => patientId === scope.patientId)
          .map(({ messageId, text }) => `${messageId}: ${text}`);
      const lapsed: Lease = { owner: 'a process that ended', leaseMs: 0 };

      test('is claimed by one owner until its lease has run out', async () => {
        const scope = newScope();
        await record().addMessage({ ...scope, ...message('m1', 'Hello') }, [], lease);
        expect(await owed(scope)).toEqual([]);
        expect(await record().claim(scope, 'm1', { ...lease, owner: 'another' })).toEqual({ state: 'busy' });
        await record().addMessage({ ...scope, ...message('m2', 'Again') }, [], lapsed);
        await vi.waitFor(async () => expect(await owed(scope)).toEqual(['m2: Again']));
        const claims = await Promise.all(
          ['one', 'two', 'three'].map((owner) => record().claim(scope, 'm2', { ...lease, owner })),
        );
        const won = claims.filter(({ state }) => state === 'claimed');
        expect(won).toEqual([
          { state: 'claimed', claim: { ...scope, messageId: 'm2', attempt: 2, tries: 2 } },
        ]);
        expect(await owed(scope)).toEqual([]);
      });

      test('is settled only by its newest attempt, and a second outcome is refused', async () => {
        const scope = newScope();
        await record().addMessage({ ...scope, ...message('m1', 'Hello') }, [], lapsed);
        const old = { ...scope, messageId: 'm1', attempt: 1, tries: 1 };
        const claimed = await record().claim(scope, 'm1', lease);
        if (claimed.state !== 'claimed') throw new Error(claimed.state);
        const [late, first] = ['late', 'first'].map((text) => ({
          kind: 'answer' as const,
          turn: answer('m1', text),
          facts: [{ id: 'f1', text: 'Hello', recordedAt: at(0), sourceId: 'm0' }],
          degraded: 'memory search is unavailable',
        }));
        if (!late || !first) throw new Error('two outcomes');
        expect(await record().settle(old, late)).toBeUndefined();
        const settled = await record().settle(claimed.claim, first);
        expect(settled).toMatchObject({ ...first, turn: { offset: 2 } });
        expect(await record().settle(claimed.claim, late)).toEqual(settled);
        expect(await record().settle(old, late)).toEqual(settled);
        expect(await record().outcomeOf(scope, 'm1')).toEqual(settled);
        await record().oweAgain(scope, 'm1');
        expect(await record().claim(scope, 'm1', lease)).toEqual({ state: 'settled', outcome: settled });
        expect(await record().events(scope, 0, 10)).toHaveLength(2);
      });

      test('that failed is an event, is not shown, and is owed again only on request', async () => {
        const scope = newScope();
        await record().addMessage({ ...scope, ...message('m1', 'Hello') }, [], lease);
        const claim = { ...scope, messageId: 'm1', attempt: 1, tries: 1 };
        await record().settle(claim, { kind: 'failed', turn: answer('m1', ''), facts: [] });
        const events = await record().events(scope, 0, 10);
        expect(events).toMatchObject([{ kind: 'turn' }, { kind: 'failed', attempt: 1 }]);
        const isFailed = async (): Promise<unknown> => (await record().history(scope, 10))?.turns[0]?.failed;
        expect(await isFailed()).toBe(true);
        expect(texts(await record().history(scope, 10))).toEqual(['Hello']);
        expect(await record().claim(scope, 'm1', lease)).toMatchObject({
          state: 'settled',
          outcome: { kind: 'failed' },
        });
        await record().oweAgain(scope, 'm1');
        expect(await owed(scope), 'whoever asked for it').toEqual(['m1: Hello']);
        const again = await record().claim(scope, 'm1', lease);
        expect(again).toMatchObject({ claim: { attempt: 2, tries: 1 } });
        await record().oweAgain(scope, 'm1');
        expect(await record().isBusy(scope, 'm1'), 'a claim stays').toBe(true);
        expect(await record().outcomeOf(scope, 'm1')).toBeUndefined();
        expect(await isFailed(), 'it is being made').toBeUndefined();
        expect((await answered(record(), scope, answer('m1', 'at last')))?.turn.offset).toBe(3);
        expect(texts(await record().history(scope, 10))).toEqual(['Hello', 'at last']);
      });

      test('is renewed by its holder, and taken up at once when that gives it up', async () => {
        const scope = newScope();
        const other = { ...lease, owner: 'another' };
        await record().addMessage({ ...scope, ...message('m1', 'Hello') }, [], lapsed);
        const claim = { ...scope, messageId: 'm1', attempt: 1, tries: 1 };
        expect(await record().renew([claim], 60_000), 'none was lost').toEqual([]);
        expect(await record().claim(scope, 'm1', other)).toEqual({ state: 'busy' });
        expect(await record().isBusy(scope, 'm1')).toBe(true);
        await record().release([claim]);
        expect(await record().isBusy(scope, 'm1')).toBe(false);
        expect(await record().claim(scope, 'm1', other)).toMatchObject({ claim: { attempt: 2, tries: 1 } });
        expect(await record().renew([claim], 0)).toEqual([claim]);
        expect(await owed(scope), 'a claim that was lost renews nothing').toEqual([]);
        await expect(record().claim(scope, 'unknown', other)).rejects.toThrow(NoSuchMessageError);
        await expect(record().claim(scope, 'unknown', other)).rejects.toThrow('no message "unknown"');
      });
    });

    test('keeps a text as it was written, whatever is in it', async () => {
      const scope = newScope();
      const text = `"It's" 100 % – naïve 💊\n\\ $1 {json: true} '); DROP TABLE episode; --`;
      await record().addMessage({ ...scope, ...message('m/1', text) }, [fact(scope.patientId, text)]);
      expect(texts(await record().history(scope, 1))).toEqual([text]);
      expect(texts(await record().facts(scope.patientId, 1))).toEqual([text]);
    });
  });
}

export function searchIndexFacts(make: () => SearchIndex): void {
  describe('the search index', () => {
    const index = opened(make);
    const found = async (patientId: string, query: string, limit = 10): Promise<string[]> =>
      (await index().search(patientId, { text: query, limit })).map(({ factId }) => factId);

    test('connects as often as it is asked to, and keeps its id', async () => {
      await index().connect();
      const id = await index().id();
      await index().connect();
      expect(await index().id()).toBe(id);
      expect(id).not.toBe('');
    });

    test('finds the best matching facts first', async () => {
      const { patientId } = newScope();
      const [cat, sister, tea] = [
        fact(patientId, 'My cat is called Milo.'),
        fact(patientId, 'My sister Anna has a cat as well, and a garden.'),
        fact(patientId, 'I drink green tea.'),
      ];
      await index().add([sister, cat, tea]);
      expect(await found(patientId, 'What is my cat Milo like?')).toEqual([cat.id, sister.id]);
      expect(await found(patientId, 'cat', 1)).toHaveLength(1);
    });

    test('searches of many patients at once find what each of them said', async () => {
      const facts = Array.from({ length: 80 }, (_, at) =>
        fact(newScope().patientId, `My cat number ${at} is called Milo.`),
      );
      await index().add(facts);
      const all = await Promise.all(facts.map(({ patientId }) => found(patientId, 'What is my cat called?')));
      expect(all).toEqual(facts.map(({ id }) => [id]));
    });

    test('scores what a patient told alike, whether that is little or much', async () => {
      const much = newScope().patientId;
      const little = newScope().patientId;
      const told = [
        'My cat Milo eats fish.',
        'I eat fish on Fridays, and a cat eats with me.',
        'Milo sleeps.',
      ];
      const others = Array.from({ length: 120 }, (_, at) => `On day ${at} it rained.`);
      await index().add(told.map((text, at) => ({ ...fact(little, text), id: `${little} ${at}` })));
      await index().add(
        [...told, ...others].map((text, at) => ({ ...fact(much, text), id: `${much} ${at}` })),
      );
      const words = async (patientId: string): Promise<unknown> =>
        (await index().search(patientId, { text: 'Milo', limit: 9 })).map((hit) => [
          hit.factId.slice(patientId.length),
          hit.words.toFixed(5),
        ]);
      expect(await words(little)).toHaveLength(2);
      expect(await words(little)).toEqual(await words(much));
    });

    test('finds what answers a question however often that was asked', async () => {
      const { patientId } = newScope();
      const told = fact(patientId, 'My sister Ana lives in Porto.');
      const asked = Array.from({ length: 200 }, (_, at) => ({
        ...fact(patientId, 'Where does my sister Ana live?'),
        id: `asked-${at}`,
      }));
      await index().add([told, ...asked]);
      expect((await found(patientId, 'Where does my sister Ana live?'))[0]).toBe(told.id);
    });

    test('what was asked before, in any words, changes no score, nor does what asks now', async () => {
      const { patientId } = newScope();
      const asks = [
        'Where does my sister Ana live?',
        'my sister Ana, where does she live',
        'Porto or Lisbon?',
      ];
      const meanings = async () => {
        const windows = await index().unembedded('suite', 500);
        const embedded = windows.map((window) => {
          const isQuestion = asks.includes(window.text);
          const vector = Float32Array.from([isQuestion ? 2 : 1, window.text.length / 100]);
          return { ...window, meaning: { vector, language: 'en', asks: isQuestion ? 0.9 : 0.1 } };
        });
        await index().addMeanings('suite', embedded);
      };
      const asked = { embedder: 'suite', meaning: { vector: Float32Array.from([1, 0]), language: 'en' } };
      const [text = ''] = asks;
      const telling = async (except = new Set<string>()) =>
        (await index().search(patientId, { text, limit: 9, asked, except }))
          .filter((hit) => !isAsking(hit.asks))
          // A store reckons with numbers of its own precision.
          .map((hit) => ({ ...hit, score: hit.score.toFixed(6), words: hit.words.toFixed(6) }));
      await index().add(
        ['My sister Ana lives in Porto.', 'My brother lives here.', 'I drink tea.'].map((one) =>
          fact(patientId, one),
        ),
      );
      await meanings();
      const before = await telling();
      expect(before).toHaveLength(3);
      const now = { ...fact(patientId, 'Where my sister Ana lives.'), id: 'now' };
      await index().add([
        ...asks.flatMap((one) =>
          Array.from({ length: 40 }, (_, at) => ({ ...fact(patientId, one), id: `${one} ${at}` })),
        ),
        now,
      ]);
      await meanings();
      expect(await telling(new Set([now.id]))).toEqual(before);
    });

    test.each([
      [
        'finds what may ask or tell, but not what asks in the very words of the question',
        'ten drops every evening, for what',
      ],
      [
        'finds no question that has the words of the question, however it is written',
        'TEN drops every evening: for what',
      ],
    ])('%s', async (_what, askedBefore) => {
      const { patientId } = newScope();
      const told = fact(patientId, 'Every evening ten drops, what else.');
      await index().add([told, { ...fact(patientId, askedBefore), id: 'asked' }]);
      const embedded = (await index().unembedded('suite', 500)).map((window) => ({
        ...window,
        meaning: { vector: Float32Array.from([1, 0]), language: 'en', asks: 0.7 },
      }));
      await index().addMeanings('suite', embedded);
      const asked = { embedder: 'suite', meaning: { vector: Float32Array.from([1, 0]), language: 'en' } };
      const text = 'ten drops every evening, for what';
      for (const query of [{ asked }, {}]) {
        const hits = await index().search(patientId, { text, limit: 9, ...query });
        const likely = hits.filter((hit) => !isSurelyAsking(hit.asks));
        expect(likely.map(({ factId }) => factId)).toEqual([told.id]);
      }
    });

    test('says how far the best hit is an answer, of what is indexed and of what is not yet', async () => {
      const { patientId } = newScope();
      const meaning = { vector: Float32Array.from([1, 0]), language: 'en', asks: 0 };
      const forAnswers = Float32Array.from([0.5, 4]);
      const asked = { embedder: 'suite', meaning: { ...meaning, forAnswers } };
      const answers = async (unindexed: UnindexedWindow[] = []): Promise<unknown[]> => {
        const hits = await index().search(patientId, { text: '', limit: 9, asked, unindexed });
        return hits.map((hit) => hit.answers?.toFixed(1));
      };
      await index().add(['I have a cat.', 'I have a dog.'].map((one) => fact(patientId, one)));
      const windows = await index().unembedded('suite', 500);
      const vectorOf = (text: string) => Float32Array.from(text === 'I have a cat.' ? [0.8, 0.5] : [0.1, 0]);
      await index().addMeanings(
        'suite',
        windows.map((window) => ({ ...window, meaning: { ...meaning, vector: vectorOf(window.text) } })),
      );
      expect(await answers()).toEqual(['2.4', undefined]);
      const now = { ...meaning, vector: Float32Array.from([1, 0]) };
      expect(await answers([{ factId: 'now', text: 'I have a cow.', meaning: now }])).toEqual([
        ...['0.5', undefined, undefined],
      ]);
    });

    test('holds the vectors of two embedders side by side; neither takes from the other, nor makes it begin anew', async () => {
      const { patientId } = newScope();
      const lacking = async (embedder: string): Promise<readonly string[]> =>
        (await index().unembedded(embedder, 500))
          .filter((window) => window.patientId === patientId)
          .map(({ text }) => text);
      const embed = async (embedder: string, vector: readonly number[]): Promise<void> => {
        const windows = await index().unembedded(embedder, 500);
        const meaning = { vector: Float32Array.from(vector), language: 'en', asks: 0 };
        await index().addMeanings(
          embedder,
          windows.map((window) => ({ ...window, meaning })),
        );
      };
      const likeness = async (embedder: string, vector: readonly number[]): Promise<unknown> => {
        const asked = { embedder, meaning: { vector: Float32Array.from(vector), language: 'en' } };
        return (await index().search(patientId, { text: '', limit: 1, asked }))[0]?.meaning;
      };
      await index().add([fact(patientId, 'Rex is my dog.')]);
      await embed('two numbers', [0, 1]);
      await index().markWhole('two numbers');
      expect(await index().meaningsHeld('two numbers')).toMatchObject({ isWhole: true });
      expect(await lacking('three numbers')).toHaveLength(1);
      const { isWhole, others } = await index().meaningsHeld('three numbers');
      expect(isWhole).toBe(false);
      expect(others).toContain('two numbers');
      await embed('three numbers', [0, 0, 1]);
      expect(await lacking('two numbers')).toEqual([]);
      expect(await lacking('three numbers')).toEqual([]);
      expect(await likeness('two numbers', [0, 1])).toBeCloseTo(1, 2);
      expect(await likeness('three numbers', [0, 0, 1])).toBeCloseTo(1, 2);
      await index().keepMeanings('three numbers');
      expect(await likeness('two numbers', [0, 1]), 'kept until the other ones are whole').toBeCloseTo(1, 2);
      await index().add([fact(patientId, 'Milo is my cat.')]);
      for (const embedder of ['two numbers', 'three numbers'])
        expect(await lacking(embedder)).toEqual(['Milo is my cat.']);
    });

    test('finds what it does not hold yet as if it did', async () => {
      const { patientId } = newScope();
      const [cat, dog] = [
        fact(patientId, 'My cat is called Milo.'),
        fact(patientId, 'My dog is called Rex.'),
      ];
      const query = { text: 'What is my dog called?', limit: 9 };
      const unindexed = [{ factId: dog.id, text: dog.text }];
      await index().add([cat]);
      const before = await index().search(patientId, { ...query, unindexed });
      expect(before.map(({ factId }) => factId)).toEqual([dog.id, cat.id]);
      await index().add([dog]);
      const after = await index().search(patientId, query);
      expect(after.map(({ score }) => score.toFixed(4))).toEqual(before.map(({ score }) => score.toFixed(4)));
      const except = new Set([dog.id]);
      expect(await index().search(patientId, { ...query, unindexed, except })).toMatchObject([
        { factId: cat.id },
      ]);
    });

    test('holds a fact once, however often it is added', async () => {
      const { patientId } = newScope();
      const cat = fact(patientId, 'My cat is called Milo.');
      await index().add([cat]);
      await index().add([cat, cat]);
      await index().add([]);
      expect(await found(patientId, 'cat')).toEqual([cat.id]);
    });

    test("never finds another patient's fact", async () => {
      const [mine, theirs] = [newScope().patientId, newScope().patientId];
      const cat = fact(mine, 'My cat is called Milo.');
      await index().add([cat]);
      await index().add([{ ...cat, patientId: theirs, text: 'My cat is called Tom.' }]);
      expect(await found(mine, 'Tom')).toEqual([]);
      expect(await found(theirs, 'Milo')).toEqual([]);
      expect(await found(mine, 'Milo')).toEqual([cat.id]);
      expect(await found(newScope().patientId, 'cat')).toEqual([]);
    });

    test('takes a query that is no words at all, or looks like a search language', async () => {
      const { patientId } = newScope();
      await index().add([fact(patientId, 'My cat is called Milo.')]);
      expect(await found(patientId, '?! …')).toEqual([]);
      for (const query of ['"cat', 'cat AND', 'cat NOT (', 'NEAR(cat*', "cat'; --"])
        expect(await found(patientId, query)).toHaveLength(1);
    });
  });
}

export function sessionCacheFacts(make: () => SessionCache): void {
  describe('the session cache', () => {
    const cache = opened(make);

    test('connects as often as it is asked to', async () => {
      await cache().connect();
      await cache().connect();
    });

    test('does not know a session it was not told of, and does not take a part for the whole', async () => {
      const scope = newScope();
      const told = upTo(1, []);
      expect(await cache().recentTurns(scope, 10)).toBeUndefined();
      expect(await cache().addTurn(scope, told, message('m1', 'Hello'))).toBe(false);
      expect(await cache().recentTurns(scope, 10)).toBeUndefined();
      await cache().fill(scope, upTo(1, [message('m1', 'Hello')]));
      expect(await cache().addTurn(scope, upTo(3, []), message('m3', 'after a gap'))).toBe(false);
      expect(await cache().addTurn(scope, upTo(2, [], 'other'), message('m2', 'other epoch'))).toBe(false);
      expect(await cache().recentTurns(scope, 10)).toEqual(upTo(1, [message('m1', 'Hello')]));
    });

    test('knows an empty session from an unknown one', async () => {
      const scope = newScope();
      await cache().fill(scope, upTo(0, []));
      expect(await cache().recentTurns(scope, 10)).toEqual(upTo(0, []));
    });

    test('gives back the last turns, oldest first, each once, each answer behind its message', async () => {
      const scope = newScope();
      await cache().fill(scope, upTo(1, [message('m1', 'one')]));
      for (const [offset, turn] of [
        [2, message('m2', 'two')],
        [3, answer('m1', 'to one')],
        [4, answer('m2', 'to two')],
        [1, message('m1', 'one')],
      ] as const)
        expect(await cache().addTurn(scope, upTo(offset, []), turn)).toBe(true);
      const cached = await cache().recentTurns(scope, 10);
      expect(texts(cached)).toEqual(['one', 'to one', 'two', 'to two']);
      expect(cached).toMatchObject({ epoch: 'epoch', offset: 4 });
      expect(texts(await cache().recentTurns(scope, 2))).toEqual(['two', 'to two']);
      expect(await cache().recentTurns(scope, 0)).toEqual(upTo(4, []));
      expect((await cache().recentTurns(scope, 1))?.turns[0]).toEqual(answer('m2', 'to two'));
    });

    test('takes the order of the record when it is filled, and keeps what came meanwhile', async () => {
      const scope = newScope();
      await cache().fill(scope, upTo(1, [message('m2', 'two')]));
      await cache().fill(scope, upTo(2, [message('m1', 'one'), message('m2', 'two')]));
      await cache().addTurn(scope, upTo(3, []), message('m3', 'three'));
      await cache().fill(scope, upTo(2, [message('m1', 'one'), message('m2', 'two')]));
      expect(texts(await cache().recentTurns(scope, 10))).toEqual(['one', 'two', 'three']);
      await cache().fill(scope, upTo(1, [message('m1', 'restored')], 'another epoch'));
      expect(texts(await cache().recentTurns(scope, 10))).toEqual(['restored']);
    });

    test('keeps patients and sessions apart', async () => {
      const one = newScope();
      await cache().fill(one, upTo(1, [message('m1', 'one')]));
      expect(await cache().recentTurns({ ...one, sessionId: 'other' }, 10)).toBeUndefined();
      expect(await cache().recentTurns({ ...one, patientId: 'other' }, 10)).toBeUndefined();
    });

    test('keeps names apart that would run into one another when joined', async () => {
      const left = { patientId: `a:${randomUUID()}`, sessionId: 'b:c' };
      await cache().fill(left, upTo(1, [message('m1', 'left')]));
      expect(
        await cache().recentTurns({ patientId: `${left.patientId}:b`, sessionId: 'c' }, 9),
      ).toBeUndefined();
    });
  });
}
