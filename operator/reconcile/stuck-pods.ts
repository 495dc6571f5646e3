import { nameOf, type KubeObject } from '../../kube/objects.ts';
import type { PodView } from '../gates/pod-view.ts';
import type { Context } from './context.ts';
import { problemOf } from './converge.ts';
import type { InSync } from './in-sync.ts';
import { objectKey, type Observed } from './observed.ts';
import type { StackResource } from './resource.ts';
import { isStuck } from './stuck.ts';

interface Look {
  /** `<namespace>/<name>` of the stack. */
  readonly key: string;
  readonly resource: StackResource;
  /** What is as rendered. */
  readonly before: InSync | undefined;
  readonly signal: AbortSignal;
}

export interface Replaced {
  /** Why a pod could not be deleted, a sentence each. */
  readonly problems: readonly string[];
  /** When to look again, in milliseconds. */
  readonly requeueAfterMs?: number;
}

/** Where Kubernetes replaces the pod by itself, it does within this time. */
const waitMs = 10_000;

/** A pod that was changed meanwhile, or may not be deleted, is looked at again after so long. */
const againMs = 5_000;

/** A pod of an earlier revision that has to go for its StatefulSet to go on. */
interface Blocking {
  readonly pod: PodView;
  readonly set: Observed;
  readonly revision: string;
}

/**
 * Replaces pods of a broken template after the template was mended, where their StatefulSet does not: with OrderedReady
 * it waits for such a pod for ever (kubernetes#67250), and in some versions with Parallel too (kubernetes#137409, 1.35
 * with MaxUnavailableStatefulSet). Each pod once for each revision; never one that is ready, or of the newest revision.
 */
export class StuckPods {
  /** By stack: since when a pod is known to block, on the monotonic clock. */
  readonly #since = new Map<string, ReadonlyMap<string, number>>();
  /** By stack: what was deleted. */
  readonly #deleted = new Map<string, Set<string>>();

  /** @param look what is seen of the stack in one reconcile. */
  async replace(context: Context, look: Look): Promise<Replaced> {
    const gone = this.#deleted.get(look.key);
    const blocking = blockingPods(context, look).filter((one) => !gone?.has(idOf(one)));
    const since = this.#remember(look.key, blocking.map(idOf));
    const problems: string[] = [];
    const waits: number[] = [];
    for (const one of blocking) {
      const leftMs = (since.get(idOf(one)) ?? 0) + waitMs - performance.now();
      if (leftMs > 0) waits.push(leftMs);
      else if (await deleted(context, look, one, problems)) this.#forgetPod(look.key, idOf(one));
      else waits.push(againMs);
    }
    return { problems, ...(waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {}) };
  }

  /** Since when each of these is known; what else was known is forgotten. */
  #remember(key: string, ids: readonly string[]): ReadonlyMap<string, number> {
    const before = this.#since.get(key);
    const since = new Map(ids.map((id) => [id, before?.get(id) ?? performance.now()]));
    if (since.size > 0) this.#since.set(key, since);
    else this.#since.delete(key);
    return since;
  }

  #forgetPod(key: string, id: string): void {
    const gone = this.#deleted.get(key) ?? new Set();
    this.#deleted.set(key, gone.add(id));
  }

  forget(key: string): void {
    this.#since.delete(key);
    this.#deleted.delete(key);
  }
}

/** The pod's name, not its uid: one that comes back the same is not deleted again. */
const idOf = ({ pod, revision }: Blocking): string => `${pod.name} ${revision}`;

function blockingPods({ podsOf, objects }: Context, { key, before }: Look): Blocking[] {
  const [pods, live, now] = [podsOf(key), objects.ofStack(key), Date.now()];
  const workloads = live.filter(({ rollout }) => rollout !== undefined);
  const isAsRendered = (set: Observed): boolean =>
    !set.isPaused && !set.isEnding && before?.fingerprints.get(objectKey(set)) === set.fingerprint;
  return workloads.filter(isAsRendered).flatMap((set) => {
    const revision = set.rollout?.revision;
    const own = pods.filter(({ ownerUid }) => ownerUid === set.uid);
    // One that is on its way may be what the set waits for.
    const isUnderWay = own.some((pod) => pod.isEnding || (pod.revision === revision && !pod.isReady));
    if (revision === undefined || isUnderWay) return [];
    return own
      .filter((pod) => pod.revision !== undefined && pod.revision !== revision)
      .filter((pod) => isStuck(pod, { pods, workloads }, now))
      .map((pod) => ({ pod, set, revision }));
  });
}

/** Whether the pod is gone, or is another one by now. */
async function deleted(
  { cluster, record }: Context,
  { resource, signal }: Look,
  { pod, set }: Blocking,
  problems: string[],
): Promise<boolean> {
  const { name, namespace, uid, resourceVersion, causes } = pod;
  const object: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid } };
  try {
    const { status } = await cluster.api.request('DELETE', await cluster.discovery.pathOf(object), {
      // What is known of it may be old: then it is looked at again.
      body: { preconditions: { uid, resourceVersion } },
      accept: [404, 409],
      signal,
    });
    if (status === 409) return false;
    if (status === 404) return true;
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    problems.push(problem);
    return false;
  }
  const why = causes.map(({ reason, message }) => `${reason}: ${message}`).join('; ');
  await record(resource, {
    type: 'Normal',
    reason: 'StuckPodReplaced',
    message: `${nameOf(object)} of an earlier template was deleted, since ${set.kind} ${set.name} waits for it: ${why}`,
  });
  return true;
}
