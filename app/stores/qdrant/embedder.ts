/** What turns texts into dense vectors; `app/llm/embeddings.ts` makes one. */
export interface Embedder {
  /** Names model and endpoint: vectors of two embedders must not be mixed in one collection. */
  readonly id: string;
  /** One vector a text, all of one length. @throws Error in words, without the key. */
  embed(texts: readonly string[]): Promise<number[][]>;
}
