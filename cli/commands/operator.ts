import { InvalidArgumentError, type Command } from 'commander';
import { documented } from '../../model/kinds.ts';
import { labelProblem } from '../../model/names.ts';
import { withConfirmation, withExamples, withKubeconfig, withOutput, withTarget } from '../options.ts';
import type { UninstallOptions } from '../installation/uninstall.ts';
import type { InstallOptions } from '../installation/install.ts';
import type { ManifestCommandOptions } from '../installation/manifest.ts';
import type { OperatorStatusOptions } from '../installation/status.ts';
import type { LoadKinds } from '../program.ts';

/** `mooring operator …`: the controller that reconciles stacks inside a cluster. */
export function addOperator(program: Command, load: LoadKinds): void {
  const kinds = async () => documented(await load());
  const group = program
    .command('operator')
    .description('the controller that reconciles stacks inside a cluster')
    .helpCommand(false);
  addManifest(group, kinds);
  addInstall(group, kinds);
  addUninstall(group, kinds);
  addStatus(group, kinds);
}

function addManifest(group: Command, kinds: LoadKinds): void {
  const command = withOutput(withInstallation(group.command('manifest')))
    .description('write the manifests of the operator, for kubectl apply --server-side -f -')
    .exitOverride()
    .action(async (options: ManifestCommandOptions) =>
      (await import('../installation/manifest.ts')).manifestCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring operator manifest': 'for every namespace',
    'npx mooring operator manifest --namespace talk': 'for one namespace, without a right outside it',
  });
}

function addInstall(group: Command, kinds: LoadKinds): void {
  const command = withConfirmation(withTarget(withInstallation(group.command('install'))))
    .description('apply the manifests of the operator; ends when the API server takes resources of its kinds')
    .option('--force-conflicts', 'take back fields that others changed, and remove what they added')
    .exitOverride()
    .action(async (options: InstallOptions) =>
      (await import('../installation/install.ts')).installCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring operator install --dry-run': 'what would change in the current context',
    'npx mooring operator install --context prod --image registry.example.com/mooring/operator:0.1.0':
      'there, with an image of your own registry',
  });
}

function addStatus(group: Command, kinds: LoadKinds): void {
  const command = withKubeconfig(withOutput(withNamespace(group.command('status')), ['table']))
    .description('show whether the operator works: its replicas, who leads, its definitions, and its stacks')
    .exitOverride()
    .action(async (options: OperatorStatusOptions) =>
      (await import('../installation/status.ts')).operatorStatusCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring operator status': 'exit code 0 when it works, else 1',
    'npx mooring operator status --namespace talk -o json': 'of the operator of one namespace, as data',
  });
}

function addUninstall(group: Command, kinds: LoadKinds): void {
  const command = withConfirmation(withTarget(withNamespace(group.command('uninstall'))))
    .description('remove the operator; refuses while it has stacks, and keeps the definitions of their kinds')
    .option(
      '--delete-crds',
      'also delete those CustomResourceDefinitions; refuses while there is a stack anywhere',
    )
    .exitOverride()
    .action(async (options: UninstallOptions) =>
      (await import('../installation/uninstall.ts')).uninstallCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring operator uninstall --dry-run': 'what would be removed from the current context',
  });
}

function withNamespace(command: Command): Command {
  return command.option(
    '-n, --namespace <name>',
    'the only namespace it works in (default: all, from its own)',
    namespace,
  );
}

/** Options that choose an installation. */
function withInstallation(command: Command): Command {
  return withNamespace(command)
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
