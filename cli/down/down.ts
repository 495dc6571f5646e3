import { confirm } from '../confirm.ts';
import type { Kinds } from '../../model/kinds.ts';
import { removeLease, withLease } from '../../kube/lease.ts';
import { namespaceContents } from '../../deploy/namespace-contents.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { namespaceState } from '../../deploy/preflight/preflight.ts';
import { runToEnd } from '../waiting/run-to-end.ts';
import { historyPlace, type StackRef } from '../../deploy/stack-objects.ts';
import { deleteObjects, podsEnded, remainsOf, type Remains } from '../../deploy/take-down.ts';
import { announce, findTarget, type Target } from '../target.ts';
import { CommandError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import { note, print, progress } from '../output.ts';
import { commandLine, targetWords } from '../shell.ts';
import { kubectlOf, refuseOwned } from '../owned.ts';
import { documentOf } from '../source.ts';
import type { ChangeOptions } from '../options.ts';
import { mooring } from '../called-as.ts';

export interface DownOptions extends ChangeOptions {
  readonly deleteData?: true;
  readonly deleteNamespace?: true;
}

/** What `mooring down` does. Throws ClusterError, its code saying why. */
export async function downCommand(kinds: Kinds, options: DownOptions): Promise<void> {
  if (options.deleteNamespace && !options.deleteData)
    throw new CommandError(
      'USAGE',
      '--delete-namespace deletes the volume claims too, so it needs --delete-data.',
    );
  const found = documentOf(kinds, options.file);
  const { name, namespace } = found.document.metadata;
  const target = await findTarget(options);
  announce(target, namespace);
  await refuseOwned(target, found, options, (owned) => ({
    'To remove it; spec.deletionPolicy says whether its volumes and Secret stay': [
      kubectlOf(owned, 'delete'),
    ],
    ...(options.deleteData ? { 'Then, to delete what stayed': [again(found.file, options)] } : {}),
  }));
  try {
    await interruptible((signal) => down({ name, namespace }, options, { target, signal }));
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

const again = (file: string | undefined, options: DownOptions): string =>
  mooring(
    commandLine(
      ...['down', ...targetWords(options), '--delete-data'],
      ...(options.deleteNamespace ? ['--delete-namespace'] : []),
      ...(file === undefined ? [] : ['--file', file]),
    ),
  );

interface Surroundings {
  readonly target: Target;
  readonly signal: AbortSignal;
}

async function down(stack: StackRef, options: DownOptions, { target, signal }: Surroundings): Promise<void> {
  const { cluster } = target;
  if ((await namespaceState(cluster, stack.namespace, signal)) === 'absent') {
    await print(
      { ...stack, removed: [], kept: [] },
      `There is no namespace ${stack.namespace}.`,
      options.output,
    );
    return;
  }
  const remains = await remainsOf(cluster, stack, signal);
  const others = await strangersIn(target, stack, remains, signal);
  const going = [...remains.objects, ...(options.deleteData ? remains.data : [])];
  const kept = options.deleteData ? [] : remains.data;
  if (options.dryRun)
    return print(
      { dryRun: true, ...stack, removes: going.map(nameOf), keeps: kept.map(nameOf) },
      [
        ...going.map((object) => `- ${nameOf(object)}`),
        ...tellRest(stack, kept, others, options),
        'A dry run: nothing was changed.',
      ].join('\n'),
      options.output,
    );
  if (going.length > 0 || options.deleteNamespace) await agree(stack, options, { target, going, others });
  await withLease(
    cluster,
    historyPlace(stack),
    async (held) => {
      await deleteObjects(cluster, going, {
        signal: held,
        onRemoved: (object) => note(`${nameOf(object)} removed`),
      });
      await runToEnd(() => podsEnded(cluster, stack, held), {
        signal: held,
        onWaiting: (line) => progress.show(line),
      });
    },
    signal,
  );
  // Last: until here the Lease kept other processes away. One that acquired it meanwhile keeps it.
  if (options.deleteData) await removeLease(cluster, historyPlace(stack), signal);
  if (options.deleteNamespace)
    await cluster.api.request('DELETE', `/api/v1/namespaces/${stack.namespace}`, { accept: [404], signal });
  await print(
    { ...stack, removed: going.map(nameOf), kept: kept.map(nameOf) },
    [
      going.length === 0
        ? `Nothing of stack "${stack.name}" runs here.`
        : `Stack "${stack.name}" is down: ${going.length} objects removed.`,
      ...tellRest(stack, kept, others, options),
    ].join('\n'),
    options.output,
  );
}

async function agree(
  { name, namespace }: StackRef,
  options: DownOptions,
  { target, going, others }: { target: Target; going: readonly KubeObject[]; others: readonly string[] },
): Promise<void> {
  const data = options.deleteData ? ' AND ALL ITS DATA' : '';
  const along = options.deleteNamespace
    ? ` and the namespace ${namespace}${others.length > 0 ? ` with ${others.join(', ')}, which are not of this stack` : ''}`
    : '';
  await confirm(`Take down "${name}" (${going.length} objects)${data}${along}?`, target, options);
}

/** Objects of others in the namespace, by kind and name. */
async function strangersIn(
  { cluster }: Target,
  { namespace }: StackRef,
  { objects, data }: Remains,
  signal: AbortSignal,
): Promise<string[]> {
  const own = new Set([...objects, ...data].map(nameOf));
  const all = await namespaceContents(cluster, namespace, signal);
  return all
    .map(nameOf)
    .filter((name) => !own.has(name))
    .sort();
}

/** Lines about what is kept, and what deleting the Namespace would delete. */
function tellRest(
  { namespace }: StackRef,
  kept: readonly KubeObject[],
  others: readonly string[],
  { deleteNamespace }: DownOptions,
): string[] {
  if (deleteNamespace) return [`The namespace ${namespace} goes, with everything in it.`];
  const along = [...kept.map(nameOf), ...others];
  return [
    ...(kept.length > 0 ? [`Kept (--delete-data removes them): ${kept.map(nameOf).join(', ')}`] : []),
    along.length > 0
      ? `The namespace ${namespace} is kept. Deleting it would take along: ${along.join(', ')}`
      : `The namespace ${namespace} is kept; nothing else is in it.`,
  ];
}
