import { expect, test } from 'vitest';
import { NoSuchMessageError } from '../../../app/stores/types.ts';

test('an id is quoted in the error that there is no such message', () => {
  expect(new NoSuchMessageError('a"\n12:00:00 ERROR').message).toContain(
    'no message "a\\"\\n12:00:00 ERROR" in',
  );
});
