import { describe, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { endAtWrites } from './ended-operators.ts';
import { endRotationAtWrites } from './ended-rotations.ts';
import { startWithChatStacks } from './lab.ts';

const lab = forSuite(startWithChatStacks);

describe('an operator that ends after each of its writes', () => {
  test('leaves what the next one completes', () => endAtWrites(lab(), { every: 1 }), 600_000);

  test('leaves a rotation that the next one ends', () => endRotationAtWrites(lab(), { every: 1 }), 600_000);
});
