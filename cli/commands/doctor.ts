import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withChanges, withExamples } from '../options.ts';
import type { DoctorOptions } from '../doctor/options.ts';

/** `mooring doctor`: finds what is wrong, from the contract to the running process. */
export function addDoctor(program: Command, kinds: LoadKinds): void {
  const command = withChanges(program.command('doctor'))
    .description('find what is wrong: compare what is written with what runs, and dial every dependency')
    .option('--local', 'look at this machine instead of a cluster: env file, ports, what answers there')
    // Not --env-file: Node reads that option itself, wherever it stands.
    .option('--dotenv <path>', 'with --local: the env file (default: ./.env where there is one)')
    .option('--service <name>', 'with --local: whose environment (default: the first that reports)')
    .action(async (options: DoctorOptions) =>
      (await import('../doctor/doctor.ts')).doctorCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring doctor': 'the stack of ./stack.yaml in the current context',
    'npx mooring doctor --dry-run':
      'adds no container to a pod that crash-loops, to dial the stores from there',
    'npx mooring doctor --local': 'no cluster needed; reads ./.env and the shell',
    'npx mooring doctor -o json': 'for scripts; exit code 1 when something is wrong',
  });
}
