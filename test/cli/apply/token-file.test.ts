import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkOf } from '../../../cli/apply/check.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { readChatStack } from '../../../contract/read-chat-stack.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-token-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const known = { kind: chatKind, document: readChatStack(undefined, 'a test') };

test('a token from a pipe, a folder or nowhere is refused without a wait', () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const [name, told] of [
    ['pipe', 'it is a pipe, a device or a socket; expected a regular file'],
    ['.', 'it is a folder; expected a file'],
    ['nowhere', 'ENOENT'],
  ] as const) {
    const path = join(folder, name);
    expect(() => checkOf(known, path)).toThrow(
      expect.objectContaining({
        code: 'NO_SUCH_FILE',
        message: expect.stringContaining(`The token cannot be read from ${path}: ${told}`) as string,
      }),
    );
  }
});

test('a token from a file is read', () => {
  writeFileSync(join(folder, 'token'), 'abc\n');
  expect(checkOf(known, join(folder, 'token'))).toMatchObject({ what: 'a chat turn' });
});
