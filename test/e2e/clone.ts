import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../servers/process.ts';

/** A fresh clone of this repository's HEAD, and the commands of a user in it. */
export interface Clone {
  readonly folder: string;
  /** A shell in the clone, as in a terminal of its own: Ctrl-C reaches all of its processes. */
  shell(command: string, env?: Readonly<Record<string, string>>): Shell;
  remove(): Promise<void>;
}

export interface Shell {
  /** Everything it printed so far. */
  readonly output: () => string;
  /** Resolves when it printed this; rejects with all it printed when it ends before. */
  printed(what: RegExp): Promise<RegExpExecArray>;
  ctrlC(): void;
  readonly exited: Promise<number | null>;
}

export async function freshClone(): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-clone-'));
  await run('git', ['clone', '--quiet', '--no-hardlinks', '.', folder]);
  return {
    folder,
    shell: (command, env = {}) => openShell(folder, command, env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function openShell(cwd: string, command: string, env: Readonly<Record<string, string>>): Shell {
  // A group of its own is what a terminal gives a command; PATH is a user's, without this clone's programs, and so is
  // the rest: vitest's mode would decide which packages npm installs.
  const PATH = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':');
  const child = spawn('sh', ['-c', command], {
    cwd,
    detached: true,
    env: { ...process.env, PATH, NODE_ENV: undefined, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  let ended = false;
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && !ended) process.kill(-child.pid, name);
  };
  const killAtExit = () => signal('SIGKILL');
  process.once('exit', killAtExit);
  void exited.then(() => {
    ended = true;
    process.off('exit', killAtExit);
  });
  return {
    output: () => text,
    exited,
    ctrlC: () => signal('SIGINT'),
    async printed(what) {
      for (;;) {
        const found = what.exec(text);
        if (found) return found;
        if (ended) throw new Error(`"${command}" ended without printing ${String(what)}:\n${text}`);
        await pause(50);
      }
    },
  };
}
