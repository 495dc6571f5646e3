import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { unportableFiles } from '../../../scripts/package/check.ts';

/** A package of these files. */
function packageOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-package-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'lib'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}

test('JavaScript, declarations and texts run or are read everywhere', () => {
  const files = { LICENSE: '', 'lib/mooring.js': '#!/usr/bin/env node\n', 'lib/index.d.ts': '', 'a.md': '' };
  expect(unportableFiles(packageOf(files))).toEqual([]);
});

test.each([
  ['a script of a shell', 'lib/mooring', '#!/bin/sh\n'],
  ['one that is named as a program', 'lib/mooring.js', '#!/bin/sh\n'],
  ['native code', 'lib/addon.node', '\u007fELF'],
  ['a library', 'lib/libc.so', '\u007fELF'],
])('%s is found', (_, path, text) => {
  expect(unportableFiles(packageOf({ [path]: text }))).toEqual([path.replace('lib/', '')]);
});
