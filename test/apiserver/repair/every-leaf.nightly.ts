import { test } from 'vitest';
import { editEveryLeaf } from './every-leaf.ts';

test(
  'every edit of every field of the staging preset, as a patch and as an update, is shown and taken back',
  { timeout: 1_800_000 },
  () => editEveryLeaf(() => ['json patch', 'update']),
);
