import { z } from 'zod';
import { quoted } from './common.ts';

/** The shapes of ConfigMaps, Secrets, Namespaces and ServiceAccounts. */

/** What SOPS wrote in the place of a value, which it decrypts before the object is applied. */
export const isSealed = (text: string): boolean => text.startsWith('ENC[AES256_GCM,');

const base64 = z
  .string('a text in base64; put it in quotes')
  .refine(
    (text) => isSealed(text) || /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
    'a value in base64 (plain text goes under stringData)',
  );

const map = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string().regex(/^[-._A-Za-z0-9]+$/, 'a key of letters, digits, "-", "_" and "."'), value)
    .nullish()
    .transform((found): Record<string, z.infer<T>> => found ?? {});

/** A field of another kind: the object's kind is wrong. */
const not = z.never('nothing here').optional();

export const configMap = {
  spec: not,
  stringData: not,
  automountServiceAccountToken: not,
  data: map(quoted),
  binaryData: map(base64),
  immutable: z.boolean().optional(),
};
export const secret = {
  spec: not,
  automountServiceAccountToken: not,
  data: map(base64),
  stringData: map(quoted),
  immutable: z.boolean().optional(),
  type: z.string().optional(),
};
export const namespace = { data: not, stringData: not, automountServiceAccountToken: not };
export const serviceAccount = {
  spec: not,
  data: not,
  stringData: not,
  automountServiceAccountToken: z.boolean().optional(),
};
