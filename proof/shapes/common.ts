import { z } from 'zod';
import { amountPattern } from '../../model/quantity.ts';

/** Building blocks of the shapes. */

const label63 = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** A name as most objects have it (RFC 1123 subdomain). */
export const objectName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
    'a name of lower-case letters, digits, "-" and "." that starts and ends with a letter or digit',
  );

/** A name that becomes part of a host name (RFC 1123 label). */
export const labelName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a name of at most 63 lower-case letters, digits and "-"');

export const labels = z.record(
  z.string(),
  z.string().regex(label63, 'a label value: at most 63 letters, digits, "-", "_" and "."'),
);

/** A text; Kubernetes refuses a bare number or true/false where it wants one. */
export const quoted = z.string('a text; put it in quotes');

export const portNumber = z
  .int('a whole port number')
  .min(1, 'a port from 1 to 65535')
  .max(65_535, 'a port from 1 to 65535');
export const portName = z
  .string()
  .regex(
    /^(?=.*[a-z])[a-z0-9](-?[a-z0-9]){0,14}$/,
    'a port name: at most 15 lower-case letters, digits and single "-"',
  );
export const portReference = z.union([portNumber, portName], 'a port number or the name of a port');
export const protocol = z.enum(['TCP', 'UDP', 'SCTP']);

const quantityWords = 'a quantity like 512Mi or 250m';

/** `512Mi`, `250m`: never negative. */
export const quantity = z.union(
  [
    z.number().min(0, quantityWords),
    z.string().refine((text) => amountPattern.test(text) && !text.startsWith('-'), quantityWords),
  ],
  quantityWords,
);

export const count = z.int('a whole number').min(0, 'a number from 0');
export const countOrShare = z.union([count, z.string().regex(/^\d+%$/)], 'a whole number or a percentage');

const requirement = z.looseObject({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).default([]),
});

/** A label selector; empty selects everything. */
export const selector = z.strictObject({
  matchLabels: labels.default({}),
  matchExpressions: z.array(requirement).default([]),
});
export type Selector = z.infer<typeof selector>;

export const metadata = z.looseObject({
  name: objectName.optional(),
  generateName: z.string().optional(),
  namespace: labelName.optional(),
  labels: labels.nullish().transform((found) => found ?? {}),
  annotations: z
    .record(z.string(), quoted)
    .nullish()
    .transform((found) => found ?? {}),
});
