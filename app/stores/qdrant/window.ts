import { z } from 'zod';

/** What a point says of its window. */
export const windowSchema = z.object({
  patientId: z.string(),
  factId: z.string(),
  text: z.string(),
  asks: z.number(),
  language: z.string(),
});
export type Window = z.infer<typeof windowSchema>;
