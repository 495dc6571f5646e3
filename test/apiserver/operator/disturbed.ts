import { setTimeout as pause } from 'node:timers/promises';
import type { Api, ApiAnswer } from '../../../kube/api.ts';

/** What stands between an operator and its API server, until it is switched off. */
export interface Disturbance {
  isOn: boolean;
  /** How often it did what. */
  readonly done: { doubled: number; swapped: number; delayed: number; stale: number };
  /** The API as it is through it. */
  readonly through: (api: Api) => Api;
}

const longestDelayMs = 60;
/** So many of what passes are disturbed. */
const share = 0.3;

/**
 * Doubles, swaps and delays the events of watches, and answers reads with what was read before. The same seed gives the
 * same choices in the order in which they are made.
 */
export function disturbance(seed: number): Disturbance {
  let state = seed;
  // mulberry32
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const before = new Map<string, ApiAnswer>();
  const disturbed: Disturbance = {
    isOn: true,
    done: { doubled: 0, swapped: 0, delayed: 0, stale: 0 },
    through: (api) => ({
      ...api,
      request: async (method, path, request) => {
        const now = await api.request(method, path, request);
        if (method !== 'GET') return now;
        const asked = `${path} ${JSON.stringify(request?.query)}`;
        const earlier = before.get(asked);
        before.set(asked, now);
        if (!earlier || !chosen('stale')) return now;
        return earlier;
      },
      stream: async (path, request) => {
        const response = await api.stream(path, request);
        const chunks = response.setEncoding('utf8').iterator();
        return Object.defineProperty(response, Symbol.asyncIterator, { value: () => eventsOf(chunks) });
      },
    }),
  };
  function chosen(what: keyof Disturbance['done']): boolean {
    const is = disturbed.isOn && random() < share;
    if (is) disturbed.done[what]++;
    return is;
  }
  async function* eventsOf(chunks: AsyncIterable<unknown>): AsyncGenerator<string> {
    let rest = '';
    for await (const chunk of chunks) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (let at = 1; at < lines.length; at++)
        if (chosen('swapped')) [lines[at - 1], lines[at]] = [lines[at] ?? '', lines[at - 1] ?? ''];
      for (const line of lines) {
        if (chosen('delayed')) await pause(random() * longestDelayMs);
        yield `${line}\n`;
        if (chosen('doubled')) yield `${line}\n`;
      }
    }
  }
  return disturbed;
}
