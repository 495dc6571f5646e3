import { test } from 'vitest';
import { editEveryLeaf } from './every-leaf.ts';

// Each edit in both ways is a part of `npm run nightly`.
test('every edit of every field of the staging preset is shown and taken back', { timeout: 1_800_000 }, () =>
  editEveryLeaf((nth) => [nth % 2 === 0 ? 'json patch' : 'update']),
);
