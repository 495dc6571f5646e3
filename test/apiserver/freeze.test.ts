import { expect, test } from 'vitest';
import { frozenFiles } from '../freeze/frozen.ts';
import { observeCluster } from '../freeze/observe/cluster.ts';
import { orSkip } from '../servers/or-skip.ts';

test(
  'frozen: what commands with a cluster say and end with, and what they leave there, is the same',
  (context) =>
    orSkip(context, async () => {
      expect(await observeCluster()).toEqual(frozenFiles('cluster'));
    }),
  900_000,
);
