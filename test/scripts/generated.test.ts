import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { latestFiles, staleFiles } from '../../scripts/generated.ts';
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

test('sabotage: what npm run generate -- --check asks sees a file edited by hand, and one that is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-generated-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { 'docs/a.md': 'a', 'docs/b.md': 'b', 'c.md': 'c' };
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'docs/a.md'), 'a');
  writeFileSync(join(folder, 'docs/b.md'), 'b, by hand');
  expect(staleFiles(files, folder)).toEqual(['docs/b.md', 'c.md']);
});
