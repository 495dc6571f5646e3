import { confirm } from '../confirm.ts';
import { withLease } from '../../kube/lease.ts';
import { restartedServices, rotatable, rotateStep } from '../../deploy/rotate.ts';
import { awaitCheck } from '../waiting/check.ts';
import { awaitRollout } from '../waiting/rollout.ts';
import { runToEnd } from '../waiting/run-to-end.ts';
import { historyPlace } from '../../deploy/stack-objects.ts';
import type { FoundDocument } from '../../charts-ts/read-document.ts';
import type { Kinds } from '../../model/kinds.ts';
import { checkOf } from '../apply/check.ts';
import type { ApplyOptions } from '../apply/options.ts';
import { announce, findTarget, type Target } from '../target.ts';
import { interruptible } from '../interrupt.ts';
import { note, print, progress } from '../output.ts';
import { kubectlOf, refuseOwned } from '../owned.ts';
import { rotateAnnotation } from '../../model/names.ts';
import { documentOf, sourceOf } from '../source.ts';

/** What `mooring secrets rotate` does. Throws ClusterError, its code saying why. */
export async function rotateCommand(kinds: Kinds, options: ApplyOptions): Promise<void> {
  const found = documentOf(kinds, options.file);
  // Refuses a bad document before it looks for a cluster.
  found.stack();
  const target = await findTarget(options);
  announce(target, found.document.metadata.namespace);
  await refuseOwned(target, found, options, (owned) => ({
    'To have the operator rotate them, by a token it has not seen yet': [
      kubectlOf(owned, 'annotate', '--overwrite', `${rotateAnnotation}=${new Date().toISOString()}`),
    ],
  }));
  try {
    await interruptible((signal) => rotate(found, options, { target, signal }));
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

async function rotate(
  found: FoundDocument,
  options: ApplyOptions,
  { target, signal }: { target: Target; signal: AbortSignal },
): Promise<void> {
  const { stack, secret, objects } = sourceOf(found, found.stack());
  const { cluster } = target;
  const rotators = found.kind.rotate ?? {};
  const check = options.wait && options.check ? checkOf(found, options.tokenFile) : undefined;
  if (options.dryRun) {
    const { keys } = await rotatable(cluster, stack, { rotators, signal });
    const restarts = restartedServices(stack, rotators);
    const told = stack.services.filter(({ name }) => name in rotators).map(({ name }) => name);
    const changed = told.length > 0 ? ` ${told.join(', ')} would get the new one,` : '';
    await print(
      { dryRun: true, keys, restarts },
      `Every value of the stack's Secret would be new,${changed} and ${restarts.join(', ')} would restart. A dry run: nothing was changed.`,
      options.output,
    );
    return;
  }
  await confirm(
    `Rotate the secrets of "${stack.name}"? Its services restart, and it pauses for seconds.`,
    target,
    options,
  );
  const { keys, resumed, checked } = await withLease(
    cluster,
    historyPlace(stack),
    async (held) => {
      const rotation = { make: secret, rotators, objects, signal: held };
      const onWaiting = (line: string): void => progress.show(line);
      const { keys, begun } = await rotatable(cluster, stack, rotation);
      await runToEnd(() => rotateStep(cluster, stack, rotation), { signal: held, onWaiting });
      const done = { keys, resumed: begun?.rotation !== undefined };
      if (options.wait)
        await awaitRollout(cluster, stack, {
          timeoutMs: options.timeout * 1_000,
          signal: held,
          onProgress: onWaiting,
        });
      if (check === undefined) return { ...done, checked: undefined };
      const bound = check === 'default' ? undefined : check;
      return { ...done, checked: await awaitCheck(cluster, stack, { check: bound, signal: held }) };
    },
    signal,
  );
  if (resumed) note('An earlier rotation was interrupted; this one finished it.');
  await print(
    { rotated: keys, resumed, ...checked?.data },
    `New values for ${keys.join(', ')}. ${checked?.says ?? 'The check was skipped.'}`,
    options.output,
  );
}
