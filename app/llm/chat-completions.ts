import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { parseJson } from '../../model/json.ts';
import { errorCode, failure, post, Patience, type Endpoint } from './endpoint.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The form an answer must have. */
export interface AnswerFormat {
  readonly name: string;
  /** A JSON schema. */
  readonly schema: object;
}

/** How an answer is asked for. */
export interface Asking {
  /** The form it must have. Half an answer in a form is none. Without one it is prose. */
  readonly format?: AnswerFormat;
  /** Told when the model ended the answer at its own limit of tokens. */
  readonly onCut?: () => void;
}

/** A language model that streams the next answer of a conversation. */
export interface LanguageModel {
  /**
   * @param asking the form is asked of the model, which may not keep to it.
   * @throws Error in words, without the key; the signal's reason when it was aborted.
   */
  stream(
    messages: readonly ChatMessage[],
    signal: AbortSignal,
    asking?: Asking,
  ): AsyncGenerator<string, void>;
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
    async *stream(messages, outer, { format, onCut } = {}) {
      const patience = new Patience(endpoint, outer);
      try {
        const body = { model: endpoint.model, messages, stream: true, ...inForm(format) };
        const { signal } = patience;
        const response = await post(endpoint, 'chat/completions', body, { signal, mostBytes });
        const isCut = yield* contents(response, patience);
        if (isCut && format)
          throw new Error("the answer was cut off at the model's limit of tokens (finish_reason: length)");
        if (isCut) onCut?.();
      } catch (error) {
        outer.throwIfAborted();
        throw failure('language model', endpoint, error, patience);
      } finally {
        patience.end();
      }
    },
  };
}

const inForm = (format: AnswerFormat | undefined): object =>
  format === undefined ? {} : { response_format: { type: 'json_schema', json_schema: format } };

/** @returns whether the model ended the answer at its limit of tokens. */
async function* contents(response: Response, patience: Patience): AsyncGenerator<string, boolean> {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  const decoder = new TextDecoder();
  let finish: string | undefined;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const bytes of body ?? []) {
    patience.heard();
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const data of events.splice(0)) {
      if (data.trim() === '[DONE]') return isCut(finish);
      const { text, finished } = read(data);
      finish ??= finished;
      if (text !== '') yield text;
    }
  }
  if (finish === undefined) throw new Error('the answer broke off before its end');
  return isCut(finish);
}

const isCut = (finish: string | undefined): boolean => finish === 'length';

function read(data: string): { text: string; finished: string | undefined } {
  const parsed = chunk.safeParse(parseJson(data));
  if (!parsed.success) throw new Error('an event is not of the expected form');
  if (parsed.data.error !== undefined && parsed.data.error !== null)
    throw new Error(`it answered an error (${errorCode(parsed.data) ?? 'without a code'})`);
  const [choice] = parsed.data.choices ?? [];
  return { text: choice?.delta?.content ?? '', finished: choice?.finish_reason ?? undefined };
}
