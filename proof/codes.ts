/** What verify can find, by code: one line each, for docs/verify.md and `-o json`. */
export const findingCodes = {
  UNKNOWN_KIND: 'x',
  INVALID_FIELD: 'x',
} as const;

export type FindingCode = keyof typeof findingCodes;
