import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { backendImage } from '../../contract/services/backend.ts';
import { capture } from '../servers/command.ts';

/** `npm run image` on a machine with just these builders: each answers `info` with its code and prints the rest. */
async function imageOn(builders: Readonly<Record<string, number>>, ...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-builders-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, code] of Object.entries(builders)) {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n[ "$1" = info ] && exit ${code}\necho "built by $0 $*"\nexit 7\n`);
    await chmod(path, 0o755);
  }
  return capture(process.execPath, [resolve('scripts/image.ts'), ...args], { env: { PATH: folder } });
}

test('npm run image takes the first builder that works, not a client without an engine', async () => {
  const { stdout, code } = await imageOn({ docker: 1, podman: 0, buildah: 0 }, '--pull');
  expect(stdout).toMatch(
    new RegExp(`built by \\S*podman build -f app/Dockerfile -t ${backendImage} --pull \\.\n$`),
  );
  expect(code).toBe(7);
});

test('with buildah alone it is told to build in its own words', async () => {
  expect((await imageOn({ buildah: 0 })).stdout).toContain('buildah bud -f app/Dockerfile');
});

test('without a builder it says what was tried', async () => {
  const { stderr, code } = await imageOn({});
  expect(stderr).toContain('docker, podman and buildah were tried');
  expect(code).toBe(69);
});
