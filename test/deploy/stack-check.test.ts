import { describe, expect, test } from 'vitest';
import { checkStack } from '../../deploy/rollout/stack-check.ts';
import { leadingTo, stack } from './one-service.ts';

describe('a stack whose kind has no check of its own', () => {
  test('passes when every port leads to a ready pod', async () => {
    await expect(checkStack(leadingTo('web-1'), stack)).resolves.toMatchObject({
      data: { check: { ports: 1, gates: 0 } },
    });
  });

  test('does not pass while one leads nowhere, and says which', async () => {
    await expect(checkStack(leadingTo(), stack)).rejects.toThrow(
      'Service shop-web leads to no ready pod by its port "http"',
    );
  });
});
