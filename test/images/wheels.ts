import { run } from '../servers/process.ts';
import { findProgram } from '../servers/programs.ts';
import { Unavailable } from '../servers/unavailable.ts';

const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** What pip is told so that it takes wheels for the Python of Debian 12, whatever this machine's is. */
export function wheels(): string[] {
  const machine = MACHINES[process.arch] ?? process.arch;
  const platforms = ['manylinux2014', 'manylinux_2_28', 'manylinux_2_34'].flatMap((platform) => [
    '--platform',
    `${platform}_${machine}`,
  ]);
  return ['--only-binary=:all:', '--python-version', '3.11', '--implementation', 'cp', ...platforms];
}

/** Runs a command of pip on this machine, with those wheels. @param what needs them, in words. */
export async function pipWithWheels(what: string, command: string, args: readonly string[]): Promise<void> {
  const python = findProgram('python3');
  if (python === undefined) throw new Unavailable(what, 'there is no `python3` on PATH');
  await run(python, ['-m', 'pip', command, '--quiet', ...wheels(), ...args]).catch((cause: unknown) => {
    throw new Unavailable(what, `its packages could not be fetched: ${String(cause)}`, { cause });
  });
}
