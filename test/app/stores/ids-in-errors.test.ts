import { expect, test } from 'vitest';
import { IdReusedError } from '../../../app/stores/types.ts';

test('an id is quoted in the error that it was used before', () => {
  expect(new IdReusedError('a"\n12:00:00 ERROR').message).toContain(
    'The message id "a\\"\\n12:00:00 ERROR" was',
  );
});
