import { expect, test } from 'vitest';
import { mergePatch } from '../../../operator/reconcile/merge-patch.ts';

test('a merge patch takes away what is no longer there, at every level', () => {
  const before = { kept: 1, gone: 2, part: { kept: 'a', gone: 'b' }, list: [{ gone: 1 }] };
  const after = { kept: 1, part: { kept: 'a', added: 'c' }, list: [{ added: 1 }] };
  expect(mergePatch(before, after)).toEqual({
    kept: 1,
    gone: null,
    part: { kept: 'a', gone: null, added: 'c' },
    list: [{ added: 1 }],
  });
});

test('a merge patch writes what was not there as it is', () => {
  expect(mergePatch({}, { part: { a: 1 } })).toEqual({ part: { a: 1 } });
  expect(mergePatch({ part: null }, { part: { a: 1 } })).toEqual({ part: { a: 1 } });
});
