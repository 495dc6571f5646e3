import { asked, confirm } from '../../cli/confirm.ts';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { isKind, type Target } from '../../cli/target.ts';

test('kind is a context called so whose API server is on this machine', () => {
  expect(isKind('kind-demo', 'https://127.0.0.1:41234')).toBe(true);
  expect(isKind('kind-demo', 'https://localhost:6443')).toBe(true);
  expect(isKind('kind-demo', 'https://[::1]:6443')).toBe(true);
  expect(isKind('kind-prod', 'https://k8s.example.com:6443')).toBe(false);
  expect(isKind('kind-prod', 'https://127.evil.example.com')).toBe(false);
  expect(isKind('prod', 'https://127.0.0.1:6443')).toBe(false);
});

describe('outside kind, without a terminal', () => {
  const target = { context: 'prod', isKind: false } as Target;

  test('nothing is changed unless --yes says so', async () => {
    await expect(confirm('Really?', target, {})).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/prod is not a kind cluster.*--yes/) as string,
    });
  });

  test.each([[{ yes: true } as const], [{ dryRun: true } as const]])(
    '%j needs no question',
    async (options) => {
      await expect(confirm('Really?', target, options)).resolves.toBeUndefined();
    },
  );

  test('kind needs no question', async () => {
    await expect(confirm('Really?', { ...target, isKind: true }, {})).resolves.toBeUndefined();
  });
});

describe('a question on a terminal', () => {
  const typed = (keys: string) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = asked('Really? [y/N] ', input, output);
    input.write(keys);
    return answer;
  };

  test('is answered by a line', async () => {
    await expect(typed('yes\r')).resolves.toBe('yes');
  });

  test('ends with INTERRUPTED at Ctrl-C', async () => {
    await expect(typed('\u0003')).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'Interrupted; nothing was changed.',
    });
  });

  test('is no yes at Ctrl-D', async () => {
    await expect(typed('\u0004')).resolves.toBe('');
  });
});
