import { z } from 'zod';

/** The files of a folder of embedding models: `scripts/fetch-models.ts` writes them, the app reads them. */
export const modelFiles = {
  minilm: 'minilm.onnx',
  minilmTokenizer: 'minilm-tokenizer.json',
  multilingual: 'multilingual.onnx',
  multilingualTokenizer: 'multilingual-tokenizer.json',
  multilingualTable: 'multilingual-table.bin',
  manifest: 'manifest.json',
} as const;

/** What the folder is, written last: a folder without it is not whole. */
export const manifestSchema = z.object({
  /** Stamps every vector: another text means other vectors. */
  id: z.string(),
  /** By piece modulo their number: a byte b of the table stands for b × scale + low. */
  scales: z.array(z.number()).readonly(),
  lows: z.array(z.number()).readonly(),
});
export type Manifest = z.infer<typeof manifestSchema>;
