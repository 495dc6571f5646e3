import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localChecks } from '../../../cli/doctor/local.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { stackOf } from '../../charts-ts/rendered.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a key that does not parse is told with where it is written, and not shown', async () => {
  const file = join(folder, 'env');
  writeFileSync(file, 'LOG_LEVEL=info\nLLM_API_KEY="hunter2 with spaces"\n');
  const checks = await localChecks({ kind: chatKind, stack: stackOf() }, {}, { dotenv: file });
  expect(checks).toMatchObject([
    { id: 'env/LLM_API_KEY', places: [{ value: 'LLM_API_KEY=(secret)', where: `${file}:2` }] },
  ]);
  expect(JSON.stringify(checks)).not.toContain('hunter2');
});
