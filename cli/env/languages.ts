import type { Service } from '../../model/stack.ts';
import { dotenv } from './dotenv.ts';
import { jsonSchema } from './json-schema.ts';
import type { Part } from './part.ts';
import { python } from './python.ts';
import { typescript } from './typescript.ts';

/** What an environment can be written as, and who writes it. */
export const languages = {
  typescript,
  python,
  'json-schema': jsonSchema,
  dotenv,
} as const satisfies Readonly<Record<string, (service: Service) => Part[]>>;

export type Language = keyof typeof languages;
