import type { Env } from '../../contract/backend-env.ts';
import { languageModel, type LanguageModel } from '../llm/chat-completions.ts';
import type { Embedder } from '../meaning/embedder.ts';
import type { Slots } from '../slots.ts';
import { createMemory } from './memory.ts';
import type { Memory, Warn } from './types.ts';
import type { Availability, Stores } from '../stores/types.ts';

/** The memory as the environment configures it. */
export function memoryFromEnv(
  env: Env,
  stores: Stores,
  {
    availability,
    embedder,
    modelCalls,
    warn,
  }: {
    readonly availability: Availability;
    readonly embedder: Embedder | undefined;
    readonly modelCalls: Slots;
    readonly warn: Warn;
  },
): Memory {
  return createMemory({
    stores,
    warn,
    availability,
    embedder,
    llm: modelFromEnv(env),
    readsFacts: env.LLM_FACTS,
    modelCalls,
    now: Date.now,
    limits: { history: env.CHAT_HISTORY_LIMIT, recall: env.CHAT_RECALL_LIMIT },
  });
}

function modelFromEnv(env: Env): LanguageModel | undefined {
  if (env.LLM_BASE_URL === undefined) return undefined;
  return languageModel({
    baseUrl: env.LLM_BASE_URL,
    model: env.LLM_MODEL,
    apiKey: env.LLM_API_KEY,
    timeout: env.LLM_TIMEOUT * 1_000,
    longest: env.LLM_ANSWER_TIMEOUT * 1_000,
  });
}
