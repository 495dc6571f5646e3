import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a part of the freeze saw: file name → text. */
export type Files = Readonly<Record<string, string>>;

const folder = join(import.meta.dirname, 'frozen');

/** What is frozen of a part; empty where nothing is yet. */
export function frozenFiles(part: string): Files {
  const at = join(folder, part);
  return Object.fromEntries(readdirSync(at).map((name) => [name, readFileSync(join(at, name), 'utf8')]));
}

/** Replaces what is frozen of a part. Only `npm run freeze` calls it; no test writes. */
export function freezeFiles(part: string, files: Files): void {
  rmSync(join(folder, part), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, part, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
