import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { latestFiles } from '../../scripts/generated.ts';
import { stackOf } from '../charts-ts/rendered.ts';

const latest = await latestFiles();

test.each(Object.keys(latest))('%s is the latest', (path) => {
  expect(existsSync(path) ? readFileSync(path, 'utf8') : 'missing').toBe(latest[path]);
});

test('sabotage: a changed contract makes a checked-in file stale', async () => {
  const stack = stackOf();
  const moved = stack.services.map((service) =>
    service.name === 'redis'
      ? { ...service, ports: { redis: { containerPort: 6380, doc: 'moved' } } }
      : service,
  );
  const changed = await latestFiles({ ...stack, services: moved });
  const stale = Object.keys(latest).filter((path) => changed[path] !== latest[path]);
  expect(stale).toContain('docs/reference/ports.md');
  expect(stale).not.toContain('docs/reference/errors.md');
});

test('sabotage: npm run generate -- --check names a file that is not the latest, and fails', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-generated-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, content] of Object.entries(latest)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), path === '.env.example' ? `${content}# by hand\n` : content);
  }
  const { status, stderr } = spawnSync(process.execPath, [resolve('scripts/generate.ts'), '--check'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^Not the latest: .*\.env\.example/);
  expect(status).toBe(1);
});
