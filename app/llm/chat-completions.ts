import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { parseJson } from '../../model/json.ts';
import { errorCode, failure, post, Patience, type Endpoint } from './endpoint.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A language model that streams the next answer of a conversation. */
export interface LanguageModel {
  /** @throws Error in words, without the key; the signal's reason when it was aborted. */
  stream(messages: readonly ChatMessage[], signal: AbortSignal): AsyncGenerator<string, void>;
}

const chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .optional(),
  error: z.unknown().optional(),
});

/** Bytes of one streamed answer, each of its words in an event of its own. */
const mostBytes = 8 * 1024 * 1024;

/** A model behind `chat/completions` of an OpenAI-compatible endpoint, streamed. */
export function languageModel(endpoint: Endpoint): LanguageModel {
  return {
    async *stream(messages, outer) {
      const patience = new Patience(endpoint, outer);
      try {
        const body = { model: endpoint.model, messages, stream: true };
        const { signal } = patience;
        const response = await post(endpoint, 'chat/completions', body, { signal, mostBytes });
        yield* contents(response, patience);
      } catch (error) {
        outer.throwIfAborted();
        throw failure('language model', endpoint, error, patience);
      } finally {
        patience.end();
      }
    },
  };
}

async function* contents(response: Response, patience: Patience): AsyncGenerator<string, void> {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  const decoder = new TextDecoder();
  let isFinished = false;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const bytes of body ?? []) {
    patience.heard();
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const data of events.splice(0)) {
      if (data.trim() === '[DONE]') return;
      const { text, isLast } = read(data);
      isFinished ||= isLast;
      if (text !== '') yield text;
    }
  }
  if (!isFinished) throw new Error('the answer broke off before its end');
}

function read(data: string): { text: string; isLast: boolean } {
  const parsed = chunk.safeParse(parseJson(data));
  if (!parsed.success) throw new Error('an event is not of the expected form');
  if (parsed.data.error !== undefined && parsed.data.error !== null)
    throw new Error(`it answered an error (${errorCode(parsed.data) ?? 'without a code'})`);
  const [choice] = parsed.data.choices ?? [];
  return { text: choice?.delta?.content ?? '', isLast: typeof choice?.finish_reason === 'string' };
}
