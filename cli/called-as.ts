import { posix, relative } from 'node:path';
import { usualCall } from '../model/names.ts';
import { commandPath, launcher } from './environment.ts';
import { commandLine } from './shell.ts';

/**
 * How the user called this program, such as `npx mooring` or `kubectl mooring`: what each command line that is shown to
 * them begins with, so that it runs as it stands.
 */
export function calledAs(): string {
  const started = launcher();
  if (started === undefined) return nodeLine();
  if (posix.basename(started) === 'kubectl-mooring') return 'kubectl mooring';
  const folder = posix.dirname(started);
  if (folder.endsWith('/node_modules/.bin')) return usualCall;
  return folder === '.' || commandPath().includes(folder) ? 'mooring' : commandLine(started);
}

/** The words of a command line; kubectl asks for completions by a name of their own. */
export const askedFor = (words: readonly string[]): readonly string[] =>
  posix.basename(launcher() ?? '') === 'kubectl_complete-mooring' ? ['complete', '--', ...words] : words;

/** A command line of this program. @param line its words, quoted where they have to be. */
export const mooring = (line: string): string => `${calledAs()} ${line}`;

/** A text that does not know how this program was called, with its commands as they were. */
export const asCalled = (text: string): string => text.replaceAll(`${usualCall} `, `${calledAs()} `);

/** Without a link or the launcher, as the program of kinds of somebody's own is called, or this one on Windows. */
function nodeLine(): string {
  const program = relative('.', process.argv[1] ?? '');
  const [root, ...others] = process.execPath.split(installedNode);
  if (others.length === 0) return commandLine('node', program);
  const isWithin = !relative(root ?? '', '.').startsWith('..');
  return commandLine(...(isWithin ? ['npx', 'node'] : [process.execPath]), program);
}

/** The Node that `npm ci` installs; `npx node` is that one in its clone only. */
const installedNode = '/node_modules/node/bin/node';
