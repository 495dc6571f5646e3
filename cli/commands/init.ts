import type { Command } from 'commander';
import { withExamples, withOutput, type OutputOptions } from '../options.ts';

export interface InitOptions extends OutputOptions {
  readonly name: string;
  readonly namespace: string;
  readonly preset: string;
  readonly force?: true;
}

/** `mooring init`: a document to begin with. */
export function addInit(program: Command): void {
  const command = withOutput(program.command('init'))
    .description('write a stack.yaml to begin with, every choice explained')
    .argument('[path]', 'where to', 'stack.yaml')
    .option('--name <name>', "prefix of every object's name", 'demo')
    .option('-n, --namespace <name>', 'namespace of every object', 'chat')
    .option('--preset <name>', 'dev, staging or production', 'dev')
    .option('--force', 'replace a file that is there')
    .action(async (path: string, options: InitOptions) =>
      (await import('../init/init.ts')).initCommand(path, options),
    );
  withExamples(command, {
    'mooring init': './stack.yaml, for kind',
    'mooring init clinic.yaml --name clinic -n clinic --preset production': 'the second of many',
  });
}
