import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { delta, startModelServer, type ModelServer, type Received } from '../../app/llm/sse-server.ts';
import { tokensIn } from './tokens.ts';

/** How the model takes a message; its text says so. What breaks or hangs does so the first time only. */
export const manners = ['quick', 'slow', 'breaks', 'hangs'] as const;
export type Manner = (typeof manners)[number];

/**
 * A model that says every token it was shown, so that a prompt with another patient's words is seen in the answer. It reads
 * every token as a fact, which is in later prompts.
 */
export async function startTellingModel(): Promise<ModelServer> {
  const asked = new Set<string>();
  return startModelServer(tell, { readsFacts: true });

  async function tell(response: ServerResponse, { body }: Received): Promise<void> {
    const messages = body['messages'] as readonly { readonly content: string }[];
    const text = messages.at(-1)?.content ?? '';
    if (body['response_format'] !== undefined) return say(response, [factsIn(text)], 'quick');
    const isFirst = !asked.has(text);
    asked.add(text);
    const known = tokensIn(JSON.stringify(messages));
    const words = ['I was ', 'shown ', ...known.map((token) => `${token} `), 'and no more.'];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await say(response, words, isFirst ? mannerOf(text) : 'quick');
  }
}

/** Every token of messages as a fact, in the form that facts are asked for. */
function factsIn(data: string): string {
  const { messages } = JSON.parse(data) as { messages: readonly { message: number; text: string }[] };
  const facts = messages.flatMap(({ message, text }) =>
    tokensIn(text).map((token) => ({
      ...{ message, subject: 'patient', predicate: 'says', value: token, quote: token },
    })),
  );
  return JSON.stringify({ facts });
}

const mannerOf = (text: string): Manner =>
  manners.find((manner) => text.includes(`It ${manner}.`)) ?? 'quick';

async function say(response: ServerResponse, words: readonly string[], manner: Manner): Promise<void> {
  if (manner === 'breaks' || manner === 'hangs') response.write(delta(words.slice(0, 2).join('')));
  if (manner === 'breaks') return void response.end();
  if (manner === 'hangs') {
    await once(response, 'close');
    return;
  }
  for (const word of words) {
    response.write(delta(word));
    if (manner === 'slow') await pause(40);
  }
  response.end(`${delta('', 'stop')}data: [DONE]\n\n`);
}
