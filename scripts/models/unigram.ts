import protobuf from 'protobufjs';
import { z } from 'zod';

/** What is needed of sentencepiece_model.proto. */
const model = protobuf
  .parse(
    'syntax = "proto2"; message Piece { optional string piece = 1; optional float score = 2; } message Model { repeated Piece pieces = 1; }',
  )
  .root.lookupType('Model');

const decoded = z.object({ pieces: z.array(z.object({ piece: z.string(), score: z.number().default(0) })) });

/**
 * A SentencePiece model as a tokenizer.json: its unigrams after NFKC and without double blanks. Its own table of
 * replacements is NFKC with a few more; those were seen to matter for no text of a person.
 */
export function tokenizerOf(sentencePiece: Uint8Array): object {
  const { pieces } = decoded.parse(model.toObject(model.decode(sentencePiece)));
  const blanks = { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' };
  return {
    version: '1.0',
    ...{ truncation: null, padding: null, added_tokens: [], post_processor: null, decoder: null },
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'NFKC' }, blanks, { type: 'Strip', strip_left: true, strip_right: true }],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    model: { type: 'Unigram', unk_id: 0, vocab: pieces.map(({ piece, score }) => [piece, score]) },
  };
}
