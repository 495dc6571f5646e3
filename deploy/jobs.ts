import type { Cluster } from '../kube/cluster.ts';
import type { Job } from '../kube/kinds.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import { stemOf } from '../model/jobs.ts';
import { deleteObject, type DeleteOptions } from './stack-objects.ts';
import { deletionPending, type StepResult } from './step.ts';

/** How a Job has ended. */
export interface JobEnding {
  readonly is: 'Complete' | 'Failed';
  /** Kubernetes' reason of a failure, such as `BackoffLimitExceeded`. */
  readonly reason: string;
  readonly message: string;
}

/** How a Job has ended; `undefined` while it has not. */
export function endingOf({ status }: Pick<Job, 'status'>): JobEnding | undefined {
  const ended = (status?.conditions ?? []).find(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (!ended) return undefined;
  const is = ended.type === 'Complete' ? 'Complete' : 'Failed';
  return { is, reason: ended.reason ?? is, message: ended.message ?? 'no reason given' };
}

/** Whether an object is a Job that has ended without success. */
export const isFailedJob = (object: KubeObject): boolean =>
  object.kind === 'Job' && endingOf(object as Job)?.is === 'Failed';

/** What the name of an object says of it. */
interface Named {
  readonly kind: string;
  readonly name: string;
}

/** Whether an object is a Job of another content than the one of the same stem that is rendered. */
export function isSuperseded({ kind, name }: Named, rendered: readonly KubeObject[]): boolean {
  const jobs = rendered.filter((one) => one.kind === 'Job').map(({ metadata }) => metadata.name);
  return kind === 'Job' && !jobs.includes(name) && jobs.some((job) => stemOf(job) === stemOf(name));
}

/** The newest Job of each stem: what applied a stack without deleting anything left the former ones. */
export function newestOfEach(jobs: readonly Job[]): Job[] {
  const newest = new Map<string, Job>();
  for (const job of [...jobs].sort((a, b) => (createdAt(a) < createdAt(b) ? -1 : 1)))
    newest.set(stemOf(job.metadata.name), job);
  return [...newest.values()];
}

const createdAt = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';

/**
 * Whether a Job is gone, its pods too: asked to end before, if it was not. A Job of another content must not work beside
 * the one that takes its place.
 */
export async function jobEnded(
  cluster: Cluster,
  job: KubeObject,
  how: Pick<DeleteOptions, 'unchangedSince' | 'signal'> = {},
): Promise<StepResult<true>> {
  const live = await readObject(cluster, job, how.signal);
  if (!live || live.metadata.uid !== job.metadata.uid) return { done: true };
  const pending = deletionPending(`${nameOf(live)} and its pods are ending`);
  if (live.metadata.deletionTimestamp !== undefined) return pending;
  const hasEnded = endingOf(live as Job) !== undefined;
  await deleteObject(cluster, live, { propagationPolicy: hasEnded ? 'Background' : 'Foreground', ...how });
  return hasEnded ? { done: true } : pending;
}
