/** Types as messages call them, to complete "expected …". */
export const typeWords = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of fields',
  'integer|string': 'a whole number or a text',
} as const;
