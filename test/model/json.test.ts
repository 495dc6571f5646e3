import { expect, it } from 'vitest';
import { parseJson } from '../../model/json.ts';

it('reads JSON, and says undefined of what is none', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('null')).toBeNull();
  expect(parseJson('{"a":')).toBeUndefined();
  expect(parseJson('')).toBeUndefined();
});
