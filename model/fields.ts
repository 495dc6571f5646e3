/** An object in JSON: fields by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is such an object: no list, and not null. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
