import { jobDigestLength } from './names.ts';
import { isWorkload, type FilledStack, type Job, type Workload } from './stack.ts';

/** A Job of a stack, with the service whose image, files and environment it may have. */
export interface ServiceJob {
  /** `<service>-<job>`: unique in the stack, and what its pods are called by in labels. */
  readonly name: string;
  readonly service: Workload;
  readonly job: Job;
}

/** The Jobs of one service. */
export const jobsOfService = (service: Workload): ServiceJob[] =>
  (service.jobs ?? []).map((job) => ({ name: `${service.name}-${job.name}`, service, job }));

/** Every Job of a stack. */
export const jobsOf = ({ services }: Pick<FilledStack, 'services'>): ServiceJob[] =>
  services.filter(isWorkload).flatMap(jobsOfService);

/** Whether a Job dials what its service dials: where it is given the service's environment, which says where. */
export const dials = ({ job }: Pick<ServiceJob, 'job'>): boolean => job.environment === 'service';

/** How many pods of a Job may fail, where it does not say. */
export const usualBackoffLimit = 6;

/** The name of a live Job without the digits of its content: the workload's name, the same of its former versions. */
export const stemOf = (name: string): string => name.slice(0, -(jobDigestLength + 1));
