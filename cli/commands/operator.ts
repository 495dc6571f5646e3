import { InvalidArgumentError, type Command } from 'commander';
import { labelProblem } from '../../model/names.ts';
import { withExamples, withOutput } from '../options.ts';
import type { ManifestCommandOptions } from '../installation/manifest.ts';
import type { LoadKinds } from '../program.ts';

/** `mooring operator …`: the controller that reconciles stacks inside a cluster. */
export function addOperator(program: Command, kinds: LoadKinds): void {
  const group = program
    .command('operator')
    .description('the controller that reconciles stacks inside a cluster')
    .helpCommand(false);
  addManifest(group, kinds);
}

function addManifest(group: Command, kinds: LoadKinds): void {
  const command = withOutput(withInstallation(group.command('manifest')))
    .description('write the manifests of the operator, for kubectl apply --server-side -f -')
    .exitOverride()
    .action(async (options: ManifestCommandOptions) =>
      (await import('../installation/manifest.ts')).manifestCommand(await kinds(), options),
    );
  withExamples(command, {
    'mooring operator manifest': 'for every namespace',
    'mooring operator manifest --namespace talk': 'for one namespace, without a right outside it',
  });
}

/** Options that choose an installation. */
function withInstallation(command: Command): Command {
  return command
    .option(
      '-n, --namespace <name>',
      'the only namespace it works in (default: all, from its own)',
      namespace,
    )
    .option('--image <ref>', "its image (default: this version's)")
    .option('--replicas <count>', 'how many (default: 2)', replicas);
}

function namespace(name: string): string {
  const problem = labelProblem(name);
  if (problem === undefined) return name;
  throw new InvalidArgumentError(`It ${problem}.`);
}

function replicas(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It takes a number of pods.');
}
