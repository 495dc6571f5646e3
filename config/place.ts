import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { OwnModules } from './own-modules.ts';

/** Where in a configuration file, or in what it imports, an error is: `file:line:column`, or the file alone. */
export function placeOfError(error: unknown, file: string, modules: OwnModules): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return (
    headOf(stack) ?? frameOf(stack, modules) ?? importOf(error, modules) ?? checkOf(error, modules) ?? file
  );
}

/** Node writes the place, on a line of its own, before some errors. */
function headOf(stack: string): string | undefined {
  const [, url = '', line = ''] = /^(file:.+|\/.+|[A-Za-z]:\\.+):(\d+)\r?$/m.exec(stack) ?? [];
  return url === '' ? undefined : shown(asUrl(url), line);
}

/** The first call that is in the modules. */
function frameOf(stack: string, { urls }: OwnModules): string | undefined {
  for (const [, where = '', line = '', column = ''] of stack.matchAll(
    /^ +at (?:.*\(|async )?(.+?):(\d+):(\d+)\)?$/gm,
  ))
    if (urls.has(asUrl(where))) return shown(asUrl(where), `${line}:${column}`);
  return undefined;
}

/** The line that imports what is not there. */
function importOf(error: unknown, { missing }: OwnModules): string | undefined {
  const { specifier, parent } = missing() ?? {};
  if (specifier === undefined || parent === undefined || !(error instanceof Error && 'code' in error))
    return undefined;
  const line = lineOf(
    fileURLToPath(parent),
    (text) => text.includes(`'${specifier}'`) || text.includes(`"${specifier}"`),
  );
  return shown(parent, line);
}

/** V8 keeps the place of a syntax error in a module from its stack; Node prints it. */
function checkOf(error: unknown, { latest }: OwnModules): string | undefined {
  const url = latest();
  if (!(error instanceof SyntaxError) || url === undefined) return undefined;
  const { stderr } = spawnSync(process.execPath, ['--check', fileURLToPath(url)], { encoding: 'utf8' });
  return headOf(stderr) ?? shown(url, undefined);
}

/** The number of the first line that `isIt`. */
export function lineOf(path: string, isIt: (line: string) => boolean): string | undefined {
  const index = readFileSync(path, 'utf8').split('\n').findIndex(isIt);
  return index < 0 ? undefined : String(index + 1);
}

const asUrl = (where: string): string => (where.startsWith('file:') ? where : pathToFileURL(where).href);

const shown = (url: string, line: string | undefined): string =>
  [relative('.', fileURLToPath(url)), ...(line === undefined ? [] : [line])].join(':');
