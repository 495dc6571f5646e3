import type { Kinds } from '../../model/kinds.ts';
import { alone } from '../../kube/lease.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { endpointsOf } from '../../kube/endpoints.ts';
import type { PodPort } from '../../kube/port-forward.ts';
import { proveChat } from '../../deploy/rollout/chat-check.ts';
import { awaitRollout } from '../../deploy/rollout/rollout.ts';
import { rotatable, rotateSecrets } from '../../deploy/rotate.ts';
import type { SecretValues } from '../../deploy/secret.ts';
import { secretRefOf, serviceOf } from '../../model/environment.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import { workloadName } from '../../model/names.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { storeSecret } from '../../contract/services/store.ts';
import type { ChatStack } from '../../contract/document.ts';
import { speakerOf } from '../apply/speaker.ts';
import type { ApplyOptions } from '../commands/apply.ts';
import { announce, confirm, findTarget, type Target } from '../context.ts';
import { interruptible } from '../interrupt.ts';
import { note, print, progress } from '../output.ts';
import { documentOf, sourceOf } from '../source.ts';
import { changeNeo4jPassword } from './neo4j-password.ts';

/** What `mooring secrets rotate` does. Throws ClusterError, its code saying why. */
export async function rotateCommand(kinds: Kinds, options: ApplyOptions): Promise<void> {
  const { document, stack } = documentOf(kinds, options.file);
  // Refused before a cluster is looked for.
  stack();
  const target = await findTarget(options);
  announce(target, document.metadata.namespace);
  try {
    await interruptible((signal) => rotate(document, options, { target, signal }));
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

async function rotate(
  document: ChatStack,
  options: ApplyOptions,
  { target, signal }: { target: Target; signal: AbortSignal },
): Promise<void> {
  const { stack, secret, objects } = sourceOf(document);
  const { cluster } = target;
  const speaker = options.wait && options.chat ? speakerOf(document, options.tokenFile) : undefined;
  if (options.dryRun) {
    const { keys, begun } = await rotatable(cluster, stack, signal);
    if (keys.includes(neo4jKey(stack)) && begun?.rotation !== 'stores-told') await neo4jIn(cluster, stack);
    await print(
      { dryRun: true, keys, restarts: restarted(stack) },
      `Every value of the stack's Secret would be new, Neo4j's password be changed in its volume, and ${restarted(stack).join(', ')} be restarted. A dry run: nothing was changed.`,
      options.output,
    );
    return;
  }
  await confirm(
    `Rotate the secrets of "${stack.name}"? Its stores restart, and the chat pauses for seconds.`,
    target,
    options,
  );
  const { keys, resumed, turn } = await alone(
    cluster,
    stack,
    async (held) => {
      const done = await rotateSecrets(cluster, stack, {
        make: secret,
        tellStores: (from, to) => tellNeo4j(cluster, stack, from, to),
        restarted: restarted(stack),
        objects,
        onWaiting: (line) => progress.show(line),
        signal: held,
      });
      if (options.wait)
        await awaitRollout(cluster, stack, {
          timeoutMs: options.timeout * 1_000,
          signal: held,
          onProgress: (line) => progress.show(line),
        });
      return { ...done, turn: speaker && (await proveChat(cluster, stack, speaker, { signal: held })) };
    },
    signal,
  );
  if (resumed) note('An earlier rotation was cut off; this one finished it.');
  await print(
    { rotated: keys, resumed, ...(turn ? { turn } : {}) },
    `New values for ${keys.join(', ')}. ${turn ? 'The chat answers with them.' : 'Nobody waited for a chat.'}`,
    options.output,
  );
}

/** Neo4j reads its password from its volume and was told; the others read theirs when they start. */
const restarted = (stack: Stack): string[] =>
  stack.services
    .filter(isWorkload)
    .map(({ name }) => name)
    .filter((name) => name !== neo4jName);

const neo4jKey = (stack: Stack): string => secretRefOf(stack, serviceOf(stack, neo4jName), storeSecret).key;

async function tellNeo4j(
  cluster: Cluster,
  stack: Stack,
  from: SecretValues,
  to: SecretValues,
): Promise<void> {
  const key = neo4jKey(stack);
  const [old, next] = [from[key], to[key]];
  if (old === undefined || next === undefined) return;
  const at = await neo4jIn(cluster, stack);
  if (at) await changeNeo4jPassword(cluster, at, old, next);
}

/**
 * Where Neo4j is told; `undefined` where the stack runs none.
 * @throws ClusterError NOT_FOUND_IN_CLUSTER when it is not up.
 */
async function neo4jIn(cluster: Cluster, stack: Stack): Promise<PodPort | undefined> {
  if (!isWorkload(serviceOf(stack, neo4jName))) return undefined;
  const { namespace } = stack;
  const [at] = await endpointsOf(cluster, {
    namespace,
    service: workloadName(stack.name, neo4jName),
    port: 'bolt',
  });
  if (!at)
    throw new ClusterError(
      'NOT_FOUND_IN_CLUSTER',
      'Neo4j keeps its password in its volume and must be up to change it, but it has no ready pod. Bring it up (mooring apply), then run again.',
    );
  return at;
}
