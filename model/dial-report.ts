import { z } from 'zod';
import { storeNames } from './services/backend-variables.ts';

/** The argument that makes the app's image dial its stores instead of serving. */
export const dialWord = 'dial';

/** What `node main.js dial` in the app's image writes to standard output, as one line of JSON. */
export const dialReport = z.strictObject({
  /** What is wrong with the environment, in words; nothing is dialled then. */
  problems: z.array(z.string()),
  stores: z.array(
    z.strictObject({
      service: z.enum(storeNames),
      host: z.string(),
      port: z.int(),
      ok: z.boolean(),
      says: z.string(),
    }),
  ),
});
export type DialReport = z.infer<typeof dialReport>;
