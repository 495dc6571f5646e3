import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { RecordDatabase } from '../../../app/stores/embedded/record-database.ts';
import { EmbeddedRecordStore } from '../../../app/stores/embedded/record-store.ts';
import { EmbeddedSearchIndex } from '../../../app/stores/embedded/search-index.ts';
import { EmbeddedSessionCache } from '../../../app/stores/embedded/session-cache.ts';
import { NoSuchMessageError, revived, UnknownOutcomeError } from '../../../app/stores/types.ts';
import { previousRecordFacts } from '../../stores/previous/facts.ts';
import {
  answer,
  answered,
  fact,
  message,
  newScope,
  recordStoreFacts,
  searchIndexFacts,
  sessionCacheFacts,
  upTo,
} from '../../stores/store-suite.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mooring-embedded-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => join(folder, 'deeper', `${++files}.sqlite`);
const newCache = (now: () => number): EmbeddedSessionCache => new EmbeddedSessionCache({ ttl: 60, now });

describe('embedded', () => {
  recordStoreFacts(() => new EmbeddedRecordStore(newFile()));
  searchIndexFacts(() => new EmbeddedSearchIndex(newFile()));
  sessionCacheFacts(() => newCache(Date.now));
});

test('a read waits for no commit of what was asked for before it', async () => {
  const record = new EmbeddedRecordStore(newFile());
  onTestFinished(() => record.close());
  await record.connect();
  const scope = newScope();
  const done: string[] = [];
  await Promise.all([
    ...['m1', 'm2', 'm3'].map(async (id) => {
      await record.addMessage({ ...scope, ...message(id, 'I have a cat.') }, []);
      done.push('written');
    }),
    record.position(scope).then((position) => done.push(position === undefined ? 'read' : 'read later')),
  ]);
  expect(done).toEqual(['read', 'written', 'written', 'written']);
});

test('the embedded record knows everything again after it was closed', async () => {
  const scope = newScope();
  const file = newFile();
  const told = fact(scope.patientId, 'I have a cat.');
  const first = new EmbeddedRecordStore(file);
  await first.addMessage({ ...scope, ...message('m1', 'I have a cat.') }, [told]);
  await answered(first, scope, answer('m1', 'Noted.'));
  await first.close();
  await first.close();
  const second = new EmbeddedRecordStore(file);
  expect((await second.history(scope, 9))?.turns).toEqual([
    message('m1', 'I have a cat.'),
    answer('m1', 'Noted.'),
  ]);
  expect(await second.facts(scope.patientId, 9)).toMatchObject([told]);
  await second.close();
  expect(await first.facts(scope.patientId, 9), 'a closed store opens again when it is used').toMatchObject([
    told,
  ]);
  await first.close();
});

test('the embedded index is the same one after it was closed, and another one when its file was lost', async () => {
  const { patientId } = newScope();
  const file = newFile();
  const index = new EmbeddedSearchIndex(file);
  const cat = fact(patientId, 'I have a cat.');
  await index.add([cat]);
  const id = await index.id();
  await index.close();
  expect(await index.id()).toBe(id);
  expect(await index.search(patientId, { text: 'cat', limit: 9 })).toHaveLength(1);
  await index.close();
  await Promise.all(['', '-wal', '-shm'].map((end) => rm(`${file}${end}`, { force: true })));
  expect(await index.id()).not.toBe(id);
  await index.close();
});

test('what other patients said does not change what the embedded index finds first', async () => {
  const { patientId } = newScope();
  const index = new EmbeddedSearchIndex(newFile());
  onTestFinished(() => index.close());
  // Words of no lexicon, which weigh the same.
  const [zorb, quib] = [fact(patientId, 'I have a zorb.'), fact(patientId, 'I have a quib.')];
  await index.add([zorb, quib]);
  const found = async () =>
    (await index.search(patientId, { text: 'zorb quib', limit: 9 })).map(({ factId }) => factId);
  expect(await found()).toEqual([zorb.id, quib.id]);
  await index.add(Array.from({ length: 20 }, () => fact(newScope().patientId, 'I have a zorb.')));
  expect(await found()).toEqual([zorb.id, quib.id]);
});

test('the embedded cache forgets a session once it was silent for the time to live', async () => {
  const began = Date.now();
  let now = began;
  const cache = newCache(() => now);
  const scope = newScope();
  await cache.fill(scope, upTo(1, [message('m1', 'Hello')]));
  now = began + 59_000;
  expect(await cache.addTurn(scope, upTo(2, []), message('m2', 'Still here'))).toBe(true);
  now = began + 118_000;
  expect((await cache.recentTurns(scope, 9))?.turns).toHaveLength(2);
  now = began + 119_001;
  expect(await cache.recentTurns(scope, 9)).toBeUndefined();
  await cache.fill(scope, upTo(2, []));
  expect((await cache.recentTurns(scope, 9))?.turns, 'what was forgotten stays so').toEqual([]);
  await cache.close();
});

test('two processes may have the embedded record open at the same moment', async () => {
  const file = newFile();
  const scope = newScope();
  const [one, other] = [new EmbeddedRecordStore(file), new EmbeddedRecordStore(file)];
  await one.addMessage({ ...scope, ...message('m1', 'one') }, []);
  await other.addMessage({ ...scope, ...message('m2', 'two') }, []);
  expect((await one.history(scope, 9))?.turns).toHaveLength(2);
  await one.close();
  await other.close();
});

test('the record of the previous release becomes a log with everything in it', async () => {
  const file = join(folder, 'previous.sqlite');
  const previous = new DatabaseSync(file);
  previous.exec(await readFile('test/stores/previous/record.sql', 'utf8'));
  previous.close();
  const record = new EmbeddedRecordStore(file);
  await previousRecordFacts(record);
  await record.close();
  await record.connect();
  await record.close();
});

test('the index of the previous release keeps its vectors, and is the same one', async () => {
  const file = join(folder, 'previous-index.sqlite');
  const previous = new DatabaseSync(file);
  previous.exec(await readFile('test/stores/previous/index.sql', 'utf8'));
  previous.close();
  const index = new EmbeddedSearchIndex(file);
  onTestFinished(() => index.close());
  expect(await index.id()).toBe('the same');
  expect((await index.unembedded('pets', 9)).map(({ text }) => text)).toEqual(['Milo is my cat.']);
  expect(await index.unembedded('another', 9)).toHaveLength(3);
  const meaning = { vector: Float32Array.from([1, 0]), language: 'en' };
  const hits = await index.search('p', { text: '', limit: 9, asked: { embedder: 'pets', meaning } });
  expect(hits).toMatchObject([
    { factId: 'f1', meaning: 1, language: 'en' },
    { factId: 'f2', meaning: 0 },
  ]);
});

test('a process killed while another model embeds leaves the vectors before whole; the rest are made, then those are gone', async () => {
  const file = newFile();
  const { patientId } = newScope();
  const index = new EmbeddedSearchIndex(file);
  onTestFinished(() => index.close());
  await index.add(
    Array.from({ length: 20 }, (_, at) => ({ ...fact(patientId, `Day ${at}.`), id: `f${at}` })),
  );
  const embedAll = async (embedder: string, vector: readonly number[]): Promise<number> => {
    const windows = await index.unembedded(embedder, 100);
    const meaning = { vector: Float32Array.from(vector), language: 'en' };
    await index.addMeanings(
      embedder,
      windows.map((window) => ({ ...window, meaning })),
    );
    return windows.length;
  };
  const found = async (embedder: string, vector: readonly number[]): Promise<number> => {
    const asked = { embedder, meaning: { vector: Float32Array.from(vector), language: 'en' } };
    return (await index.search(patientId, { text: '', limit: 99, asked })).length;
  };
  await embedAll('before', [0, 1]);
  await index.markWhole('before');
  await index.close();
  const killed = await promisify(execFile)(process.execPath, [
    ...['test/app/stores/embed-until-killed.ts', file, 'after', '12'],
  ]).catch((error: unknown) => error);
  expect(killed).toMatchObject({ signal: 'SIGKILL' });
  expect(await index.meaningsHeld('after')).toEqual({ isWhole: false, others: ['before'] });
  await index.keepMeanings('after');
  expect(await found('before', [0, 1])).toBe(20);
  expect(await found('after', [0, 0, 1])).toBe(12);
  expect(await index.meaningsHeld('before'), 'to go back is to be whole at once').toMatchObject({
    isWhole: true,
  });
  expect(await index.unembedded('before', 9)).toEqual([]);
  expect(await embedAll('after', [0, 0, 1])).toBe(8);
  await index.markWhole('after');
  await index.keepMeanings('after');
  expect(await index.meaningsHeld('after')).toEqual({ isWhole: true, others: [] });
  expect(await found('after', [0, 0, 1])).toBe(20);
  await index.close();
  const rows = new DatabaseSync(file);
  expect(rows.prepare('SELECT count(*) AS n FROM meaning').get()).toEqual({ n: 20 });
  expect(rows.prepare('SELECT count(*) AS n FROM embedder').get()).toEqual({ n: 1 });
  rows.close();
});

test('a file of a newer version of the app is refused in words', async () => {
  const file = newFile();
  const record = new EmbeddedRecordStore(file);
  await record.connect();
  await record.close();
  const newer = new DatabaseSync(file);
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  await expect(record.connect()).rejects.toThrow(/schema version 99; .*another DATA_DIR/);
});

test('a record whose file is removed or replaced refuses to write, and says so', async () => {
  const scope = newScope();
  const file = newFile();
  const record = new EmbeddedRecordStore(file);
  await record.addMessage({ ...scope, ...message('m1', 'kept') }, []);
  await rename(file, `${file}.away`);
  const gone = `${file} was removed or replaced`;
  await expect(record.addMessage({ ...scope, ...message('m2', 'lost') }, [])).rejects.toThrow(gone);
  await expect(record.connect()).rejects.toThrow(gone);
  await writeFile(file, '');
  await expect(record.connect()).rejects.toThrow(gone);
  await rename(`${file}.away`, file);
  await record.connect();
  expect((await record.history(scope, 9))?.turns).toHaveLength(1);
  await record.close();
});

test('an index whose file is removed says so, too', async () => {
  const file = newFile();
  const index = new EmbeddedSearchIndex(file);
  await index.connect();
  await rm(file);
  await expect(index.connect()).rejects.toThrow('was removed or replaced');
  await index.close();
});

test('an empty file is not taken for an empty record, also while it is open', async () => {
  const file = newFile();
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  const record = new EmbeddedRecordStore(file);
  await expect(record.connect()).rejects.toThrow(`${file} cannot be used: it is empty (0 bytes)`);
  await rm(file);
  await record.connect();
  await truncate(file);
  await expect(record.connect()).rejects.toThrow('was removed or replaced');
  await record.close();
});

test('a record that is missing while its log is there is not begun anew', async () => {
  const file = newFile();
  const record = new EmbeddedRecordStore(file);
  await record.connect();
  await record.addMessage({ ...newScope(), ...message('m1', 'kept') }, []);
  await copyFile(`${file}-wal`, `${file}.log`);
  await record.close();
  await rm(file);
  await rename(`${file}.log`, `${file}-wal`);
  await expect(record.connect()).rejects.toThrow(`${file}-wal, which belongs to it, is there`);
  await record.close();
});

test('the database of another program, or of another store, is refused and left as it is', async () => {
  const foreign = newFile();
  await mkdir(dirname(foreign), { recursive: true });
  const program = new DatabaseSync(foreign);
  program.exec('CREATE TABLE bookmark (url TEXT); PRAGMA user_version = 2');
  program.close();
  const ofIndex = newFile();
  const index = new EmbeddedSearchIndex(ofIndex);
  await index.connect();
  await index.close();
  for (const file of [foreign, ofIndex]) {
    const before = await readFile(file);
    await expect(new EmbeddedRecordStore(file).connect()).rejects.toThrow(
      `${file} cannot be used: it is a database of another store or program`,
    );
    expect(await readFile(file)).toEqual(before);
  }
});

test("another program's lock is an error in words, soon, and nothing stays half done", async () => {
  const scope = newScope();
  const file = newFile();
  const record = new EmbeddedRecordStore(file);
  await record.connect();
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const began = performance.now();
  await expect(record.addMessage({ ...scope, ...message('m1', 'one') }, [])).rejects.toThrow('locked');
  await expect(record.connect()).rejects.toThrow(`${file} cannot be written: database is locked`);
  expect(performance.now() - began).toBeLessThan(1_500);
  other.close();
  expect(await record.history(scope, 9)).toBeUndefined();
  expect(await record.addMessage({ ...scope, ...message('m1', 'one') }, [])).toMatchObject({ offset: 1 });
  await record.close();
});

test('what is no longer written is said so, and what was acknowledged before is kept', async () => {
  const file = newFile();
  // A limit on the size of files stands for a full disk.
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -f 1000; exec "$@"',
    'sh',
    ...[process.execPath, 'test/app/stores/fill-record.ts', file],
  ]);
  const { stored, refusal } = JSON.parse(stdout) as { stored: number; refusal: string };
  expect(refusal).toMatch(/sqlite cannot be written: .*(?:full|I\/O)/);
  const record = new EmbeddedRecordStore(file);
  const history = await record.history({ patientId: 'patient:full', sessionId: 's' }, 1_000);
  expect(stored).toBeGreaterThan(0);
  expect(history?.turns).toHaveLength(stored);
  await record.close();
});

test('a commit that the disk does not confirm is of unknown outcome, one that is refused is not stored', async () => {
  const record = new RecordDatabase(newFile());
  record.connect();
  const exec = Reflect.get(DatabaseSync.prototype, 'exec');
  const failing = vi.spyOn(DatabaseSync.prototype, 'exec');
  onTestFinished(() => failing.mockRestore());
  const fail = (errcode: number): void => {
    failing.mockImplementation(function (this: DatabaseSync, sql) {
      if (sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { errcode });
      exec.call(this, sql);
    });
  };
  const add = (id: string) => () => record.addMessage({ ...newScope(), ...message(id, 'Hello') }, []);
  // SQLITE_IOERR_FSYNC, seen with a library that lets fdatasync fail; SQLITE_IOERR_WRITE.
  fail(1_034);
  expect(add('m1')).toThrow(UnknownOutcomeError);
  fail(778);
  expect(add('m2')).toThrow('disk I/O error');
  failing.mockRestore();
  expect(add('m3')()).toMatchObject({ offset: 1 });
  record.close();
});

test('an error that went between threads is of its class again, with its words', () => {
  const refused = new NoSuchMessageError('m1');
  expect(revived(refused.name, new Error(refused.message))).toEqual(refused);
  expect(revived('UnknownOutcomeError', new Error('?'))).toBeInstanceOf(UnknownOutcomeError);
  const other = new Error('disk I/O error');
  expect(revived(other.name, other)).toBe(other);
});

test('a file that is no database is named', async () => {
  const file = join(folder, 'garbage.sqlite');
  await writeFile(file, 'not what it was when it was written, and more than a hundred bytes of it'.repeat(3));
  await expect(new EmbeddedRecordStore(file).connect()).rejects.toThrow(
    `${file} cannot be used: file is not a database`,
  );
});
