import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './process.ts';
import { findProgram } from './programs.ts';
import { Unavailable } from './unavailable.ts';

export interface PythonPackages {
  /** What needs them, in words. */
  what: string;
  name: string;
  version: string;
  requirementsFile: string;
  log?: ((line: string) => void) | undefined;
}

/** The path of a Python that has exactly the packages of a requirements file, in a venv of its own in the cache. */
export async function pythonWith(packages: PythonPackages): Promise<string> {
  const { what, name, version, requirementsFile } = packages;
  const requirements = await readFile(requirementsFile, 'utf8');
  const recipe = [requirements, await readFile(import.meta.filename, 'utf8')].join('\n');
  const folder = await cached({ name, version, recipe }, async (dir) => {
    const python = systemPython(what);
    packages.log?.(`Installing ${what} from PyPI into a Python venv in the cache.`);
    await run(python, ['-m', 'venv', dir]);
    // A venv runs from wherever it lies as long as its Python is called by path, not one of its scripts.
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
    await run(join(dir, 'bin', 'python'), [...pip, '--requirement', requirementsFile]).catch(
      (cause: unknown) => {
        throw new Unavailable(what, `its Python packages could not be installed: ${String(cause)}`, {
          cause,
        });
      },
    );
  });
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  throw new Error(`${python} points at a Python that is gone. Delete ${folder}; it is then made anew.`);
}

function systemPython(what: string): string {
  const found = findProgram('python3');
  if (found !== undefined) return found;
  throw new Unavailable(
    what,
    'there is no `python3` on PATH. Install Python 3.10 or later, with its venv module.',
  );
}
