import { randomUUID } from 'node:crypto';
import type { SearchIndex } from '../../../app/stores/types.ts';
import { openMemory, type OpenMemory } from './open-memory.ts';
import { smallTalk, type RecallSet, type Told } from './sets/recall-set.ts';

/** What came out of asking for everything that was told, and for what never was. */
export interface Measured {
  /** Questions whose answer quotes the right sentence with its date and source. */
  readonly hits: number;
  /** Questions about something never told that were answered "I don't know". */
  readonly abstained: number;
  /** Each wrong answer in words. */
  readonly misses: readonly string[];
}

const day = 86_400_000;

/** Tells a set over two sessions, small talk between, and asks for it in a third; each fact on a day of its own. */
export async function measureRecall(set: RecallSet, index?: SearchIndex): Promise<Measured> {
  const open = await openMemory(index === undefined ? {} : { index });
  try {
    const patientId = `patient:${randomUUID()}`;
    const told = await tell(open, patientId, set.told);
    const scope = { patientId, sessionId: 'session:3' };
    const misses: string[] = [];
    let [hits, abstained] = [0, 0];
    for (const [at, { ask, quote, date, sourceId }] of told.entries()) {
      const { text, facts } = await open.say(scope, `q${at}`, ask);
      const isHit =
        text.includes(`On ${date} you said: "${quote}" (message ${sourceId})`) &&
        facts.some(
          (fact) => fact.text === quote && fact.sourceId === sourceId && fact.recordedAt.startsWith(date),
        );
      if (isHit) hits += 1;
      else misses.push(`${ask} → ${text} (wanted: ${quote})`);
    }
    for (const [at, ask] of set.never.entries()) {
      const { text, facts } = await open.say(scope, `n${at}`, ask);
      if (/I don't know/.test(text) && facts.length === 0) abstained += 1;
      else misses.push(`${ask} → ${text} (never told)`);
    }
    return { hits, abstained, misses };
  } finally {
    await open.close();
  }
}

async function tell(
  open: OpenMemory,
  patientId: string,
  told: readonly Told[],
): Promise<(Told & { date: string; sourceId: string })[]> {
  const known = [];
  for (const [at, one] of told.entries()) {
    const scope = { patientId, sessionId: at < told.length / 2 ? 'session:1' : 'session:2' };
    open.clock.now += day;
    if (at % 3 === 0) await open.say(scope, `talk${at}`, smallTalk[at % smallTalk.length] ?? 'Hello!');
    await open.say(scope, `m${at}`, one.say);
    known.push({ ...one, date: new Date(open.clock.now).toISOString().slice(0, 10), sourceId: `m${at}` });
  }
  open.clock.now += day;
  return known;
}
