import { expect } from 'vitest';
import type { RecordStore } from '../../../app/stores/types.ts';

/** What the two files beside this one hold, as a record of this release must tell it. */
export async function previousRecordFacts(record: RecordStore): Promise<void> {
  await record.connect();
  const scope = { patientId: 'patient:demo', sessionId: 'session:1' };
  const history = await record.history(scope, 10);
  expect(history?.turns.map(({ id, text }) => `${id}: ${text}`)).toEqual([
    'm1: I have a cat.',
    'answer-m1: Noted.',
    'm2: What is my cat called?',
    "answer-m2: I don't know.",
  ]);
  const events = await record.events(scope, 0, 10);
  expect(events.map(({ turn }) => turn.offset)).toEqual([1, 2, 3, 4]);
  expect(await record.position(scope)).toEqual({ epoch: history?.epoch, offset: 4 });
  expect((await record.facts(scope.patientId, 10)).map(({ text }) => text)).toEqual([
    "My cat's called Milo.",
    'I have a cat.',
  ]);
  const unindexed = await record.unindexed('index:old', 10);
  expect(unindexed.map(({ text }) => text).toSorted()).toEqual(['I have a dog.', "My cat's called Milo."]);
  expect((await record.outcomeOf(scope, 'm1'))?.turn.text).toBe('Noted.');

  expect((await record.takeUnread(10, 60_000)).map(({ text }) => text).toSorted()).toEqual([
    'I have a cat.',
    'I have a dog.',
    "My cat's called Milo.",
    'What is my cat called?',
  ]);

  const owed = { patientId: 'patient:demo', sessionId: 'session:2' };
  expect(await record.owed(10)).toEqual([{ ...owed, messageId: 'm1', text: "My cat's called Milo." }]);
  const claimed = await record.claim(owed, 'm1', { owner: 'a process', leaseMs: 60_000 });
  expect(claimed).toMatchObject({ claim: { attempt: 1, tries: 1 } });
  const again = { ...owed, id: 'm1', speaker: 'patient' as const, text: "My cat's called Milo." };
  expect(await record.addMessage({ ...again, recordedAt: '2026-11-24T00:00:00.000Z' }, [])).toMatchObject({
    offset: 1,
    recordedAt: '2026-11-23T09:00:06.000Z',
    duplicate: true,
  });
  const next = { ...again, id: 'm2', text: 'Next.', recordedAt: '2026-11-20T00:00:00.000Z' };
  expect(await record.addMessage(next, [])).toMatchObject({ offset: 2, duplicate: false });
  expect((await record.recent(scope.patientId, 1)).map(({ text }) => text)).toEqual(['Next.']);
}
