import { owningResource, type OwningResource } from '../deploy/owning-resource.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { pausedAnnotation } from '../model/names.ts';
import type { ReservedFields } from '../model/reserved-fields.ts';
import type { StackDocument, StackKind } from '../model/stack-kind.ts';
import type { ClusterOptions } from './options.ts';
import { commandLine, targetWords } from './shell.ts';
import type { Target } from './target.ts';
import { mooring } from './called-as.ts';

/** Which cluster the commands are for that a user is told to run. */
export type Where = Pick<ClusterOptions, 'context' | 'kubeconfig'>;

/** A custom resource of a kind, and the cluster it is in. */
export interface Owned {
  readonly resource: OwningResource;
  readonly kind: StackKind;
  readonly where: Where;
}

/** What can be done instead: command lines by what they do. */
export type Instead = Readonly<Record<string, readonly string[]>>;

/** A stack, by its document. */
interface Asked {
  readonly kind: StackKind;
  readonly document: StackDocument;
}

/**
 * Refuses to change a stack that a custom resource owns: an operator would put it back, and the cluster deletes with the
 * resource what it owns.
 * @throws ClusterError CLUSTER_CONFLICT with what can be done instead.
 */
export async function refuseOwned(
  { cluster }: Pick<Target, 'cluster'>,
  { kind, document }: Asked,
  where: Where,
  instead: (owned: Owned) => Instead,
): Promise<void> {
  const resource = await owningResource(cluster, kind, document.metadata);
  if (!resource) return;
  const lines = Object.entries(instead({ resource, kind, where })).flatMap(([purpose, commands]) => [
    `${purpose}:`,
    ...commands.map((command) => `  ${command}`),
  ]);
  throw new ClusterError(
    'CLUSTER_CONFLICT',
    [`${ownership(resource)} Nothing was changed.`, ...lines].join('\n'),
    { reason: 'OwnedByResource', object: nameOf(resource), namespace: document.metadata.namespace },
  );
}

const ownership = (resource: OwningResource): string =>
  `${nameOf(resource)} in namespace ${resource.metadata.namespace ?? ''} owns this stack: an operator keeps it as that resource says.`;

/** A kubectl command about the resource, such as `delete`. */
export const kubectlOf = (
  { resource, kind, where }: Owned,
  verb: string,
  ...words: readonly string[]
): string => kubectlIn(resource, where, verb, kind.plural, resource.metadata.name, ...words);

const kubectlIn = ({ metadata }: OwningResource, where: Where, ...words: readonly string[]): string =>
  commandLine('kubectl', ...targetWords(where), '--namespace', metadata.namespace ?? '', ...words);

/** Changes the document: applies its file where there is one, else edits the resource. */
export const changeOf = (owned: Owned, file: string | undefined): string =>
  file === undefined
    ? kubectlOf(owned, 'edit')
    : kubectlIn(owned.resource, owned.where, 'apply', '--filename', file);

/**
 * Why its operator leaves what others change, and the command line that ends that; `undefined` where it puts it back, or
 * where the resource may not be read.
 */
export function leftBecause(owned: Owned): string | undefined {
  const { paused, drift } = (owned.resource['spec'] ?? {}) as Partial<ReservedFields>;
  const ends = (spec: Partial<ReservedFields>): string =>
    kubectlOf(owned, 'patch', '--type', 'merge', '--patch', JSON.stringify({ spec }));
  if (paused === true)
    return `its operator changes nothing while spec.paused is true; "${ends({ paused: false })}" lets it go on`;
  if (drift === 'report' || drift === 'ignore')
    return `its operator leaves it, since spec.drift is "${drift}"; "${ends({ drift: 'heal' })}" has it put back`;
  return undefined;
}

/** The same of one object with the annotation. */
export const unpauseOf = ({ kind, metadata }: KubeObject, where: Where): string =>
  commandLine(
    ...(['kubectl', ...targetWords(where), '--namespace', metadata.namespace ?? ''] as const),
    ...(['annotate', kind.toLowerCase(), metadata.name, `${pausedAnnotation}-`] as const),
  );

/** What takes a stack from its operator while it runs on: afterwards its pods wait for no operator. */
export function releaseOf(owned: Owned): string[] {
  const { name, namespace = '' } = owned.resource.metadata;
  // Not a name that the author's own file is likely to have.
  const file = `released-${namespace}-${name}.yaml`;
  return [
    `${kubectlOf(owned, 'get', '--output', 'yaml')} > ${file}`,
    kubectlOf(owned, 'delete', '--cascade=orphan'),
    mooring(commandLine('apply', ...targetWords(owned.where), '--force-conflicts', '--file', file)),
  ];
}
