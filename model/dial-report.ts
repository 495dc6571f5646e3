import { z } from 'zod';

/** The usual last word of a service's `dial` command. */
export const dialWord = 'dial';

/** What a service's `dial` command writes to standard output, as one line of JSON. Unknown fields are ignored. */
export const dialReport = z.object({
  /** What is wrong with the environment, a sentence each; nothing is dialled then. */
  problems: z.array(z.string()),
  stores: z.array(
    z.object({
      service: z.string(),
      host: z.string(),
      port: z.int(),
      ok: z.boolean(),
      says: z.string(),
    }),
  ),
});
export type DialReport = z.infer<typeof dialReport>;
