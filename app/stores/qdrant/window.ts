import { z } from 'zod';

/** What a point says of its window. */
export const windowSchema = z.object({
  patientId: z.string(),
  factId: z.string(),
  text: z.string(),
  asks: z.number(),
  language: z.string(),
});
/** What is read of it. */
export const payloadOfWindow = Object.keys(windowSchema.shape);

export type Window = z.infer<typeof windowSchema>;
