import type { UsualLikeness } from './usual-likeness.ts';

/** A text to be embedded, and why. */
export interface Text {
  readonly text: string;
  /** Whose it is: patients take turns. */
  readonly patientId: string;
  /** Whether somebody waits for an answer. A question's vector is weighted, so that products with it compare texts. */
  readonly isQuestion: boolean;
}

/** What a text means. */
export interface Meaning {
  readonly vector: Float32Array;
  /** ISO 639-1; empty where it is not known. */
  readonly language: string;
  /** From 0, it tells something, to 1, it asks; absent where the embedder cannot say. */
  readonly asks?: number;
  /** Above 0 it reports a danger to a life, now; absent where the embedder cannot say. */
  readonly danger?: number;
  /** Of a question: the vector whose product with a text says how far it answers; absent where the embedder cannot say. */
  readonly forAnswers?: Float32Array;
  /** Of a question: how like it is to what resembles it, as a rule; absent where the embedder cannot say. */
  readonly usual?: UsualLikeness;
}

/** What turns texts into vectors of meaning: `local-embedder.ts`, or an endpoint (`app/llm/embeddings.ts`). */
export interface Embedder {
  /** Names the model: vectors of two embedders must not be compared. */
  readonly id: string;
  /** Whether its meanings have `asks` and `danger`. */
  readonly judges?: true;
  /** One meaning a text, all of one length. @throws Error in words, without a key. */
  embed(texts: readonly Text[]): Promise<Meaning[]>;
  /**
   * The embedder of this id, if it can still be asked: the index has vectors of it, and this one is configured in its place.
   * Closed by its own `close`.
   */
  former?(id: string): Embedder | undefined;
  close(): Promise<void>;
}
