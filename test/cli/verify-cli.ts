import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, vi } from 'vitest';
import { addVerify } from '../../cli/commands/verify.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import type { Kinds } from '../../model/kinds.ts';
import { shopKind } from '../kinds/shop-kind.ts';

export interface VerifyCli {
  /** Runs `mooring verify` in this process, and answers its exit code. */
  readonly run: (...words: string[]) => Promise<typeof process.exitCode>;
  /** Writes a file into a folder of the test, and answers its path. */
  readonly written: (name: string, text: string) => string;
  /** The folder of the test. */
  readonly folder: () => string;
  /** What the last run printed. */
  readonly printed: () => string;
}

/** `mooring verify` for each test of a file, with a folder of its own. */
export function verifyCli(kinds: Kinds = [chatKind, shopKind]): VerifyCli {
  let [folder, text] = ['', ''];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mooring-verify-'));
    vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
      text += String(part);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
    rmSync(folder, { recursive: true });
  });
  return {
    run: async (...words) => {
      text = '';
      const program = new Command('mooring').exitOverride();
      addVerify(program, () => Promise.resolve(kinds));
      await program.parseAsync(['verify', ...words], { from: 'user' });
      return process.exitCode;
    },
    written: (name, content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    folder: () => folder,
    printed: () => text,
  };
}
