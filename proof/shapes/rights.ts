import { z } from 'zod';
import { list } from './container.ts';

/** The shapes of roles and of what gives them to accounts. */

const subject = z.looseObject({
  kind: z.string(),
  name: z.string(),
  namespace: z.string().nullish(),
});

/** A role's name is free but for a path's letters. */
export const rightsMetadata = { name: z.string().optional() };

export const binding = {
  roleRef: z.looseObject({ kind: z.string(), name: z.string() }),
  subjects: list(subject),
};
