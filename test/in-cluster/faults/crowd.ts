import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PageClient, type Absence } from '../stack/page-client.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';
import { asOnOwnMachine } from './own-machine.ts';

export interface Chatter {
  readonly patient: string;
  readonly session: string;
  readonly client: PageClient;
}

/** Between an answer and a client's next message. */
const thinkMs = { least: 4_000, most: 12_000 };

/**
 * Has clients chat, as people do, while something happens to the stack. Resolves when it is over, every client is
 * connected and every message is answered.
 * @param crowd how many clients, and where their WebSockets are, if not at the node port of the page.
 */
export const crowdDuring = (
  stack: DeployedStack,
  crowd: Crowd,
  happening: () => Promise<void>,
): Promise<readonly Chatter[]> => asOnOwnMachine(() => chatDuring(stack, crowd, happening));

interface Crowd {
  readonly count: number;
  readonly socketsUrl?: string;
}

async function chatDuring(
  { chatUrl }: DeployedStack,
  { count, socketsUrl = chatUrl }: Crowd,
  happening: () => Promise<void>,
): Promise<readonly Chatter[]> {
  // Patients nobody was before: what a client shows and what is stored are compared.
  const crowd = randomUUID().slice(0, 8);
  const chatters = Array.from({ length: count }, (_, index): Chatter => {
    const place = { patient: `patient:${crowd}-${index}`, session: `session:${index}` };
    return { ...place, client: new PageClient(chatUrl, place, socketsUrl) };
  });
  const over = new AbortController();
  try {
    await Promise.all(chatters.map(({ client }) => client.say('Good morning.')));
    const chats = Promise.all(chatters.map(({ client }) => chat(client, over.signal)));
    await Promise.all([chats, happening().finally(() => over.abort())]);
    const all = async () => chatters.every(({ client }) => client.state === 'connected');
    await until('every client to be back', all);
    return chatters;
  } finally {
    over.abort();
    for (const { client } of chatters) client.stop();
  }
}

/** Says one thing after the other, no two alike, waiting for each answer. */
async function chat(client: PageClient, over: AbortSignal): Promise<void> {
  for (let count = 1; !over.aborted; count++) {
    await client.say(`Today I walked ${count} miles.`);
    const think = thinkMs.least + Math.random() * (thinkMs.most - thinkMs.least);
    await pause(think, undefined, { signal: over }).catch(() => undefined);
  }
}

/** Each time that a client was away, the shortest first. */
export const absencesOf = (chatters: readonly Chatter[]): Absence[] =>
  chatters.flatMap(({ client }) => client.absences).sort((a, b) => a.ms - b.ms);

/** How long each client was away, each time, in milliseconds and in order. */
export const gapsOf = (chatters: readonly Chatter[]): number[] => absencesOf(chatters).map(({ ms }) => ms);

/** What clients went through that were away for more than 5 s. */
export const awayTooLong = (chatters: readonly Chatter[]): string[] =>
  absencesOf(chatters)
    .filter(({ ms }) => ms > 5_000)
    .map(storyOf);

/** What a client went through while it was away. */
export const storyOf = ({ ms, states }: Absence): string =>
  [...states, `${Math.round(ms)} ms connected`].join('; ');
