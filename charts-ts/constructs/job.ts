import { createHash } from 'node:crypto';
import { k8s } from 'cdk8s-plus-27';
import { jobsOfService, usualBackoffLimit, type ServiceJob } from '../../model/jobs.ts';
import { jobDigestLength } from '../../model/names.ts';
import type { Workload } from '../../model/stack.ts';
import type { Site } from '../options.ts';
import { configDigestOf, filesDigestOf } from './config-map.ts';
import { labelsOf, metadataOf, nameOf } from './metadata.ts';
import { accountedPod, mounts, stepContainer } from './pod.ts';
import { jobMountsOf, podVolumesOf } from './volumes.ts';

/** The Jobs of a workload. */
export function addJobs(site: Site, service: Workload): void {
  for (const one of jobsOfService(service)) {
    const spec = specOf(site, one);
    new k8s.KubeJob(site.chart, `job-${one.job.name}`, {
      metadata: metadataOf(site, nameOf(site, one, contentDigest(spec)), { name: one.name, kind: 'job' }),
      spec,
    });
  }
}

/**
 * A Job's template is immutable, so its name has a digest of it: another content is another Job, and the same is one that
 * has run already (docs/adr/0022-a-job-runs-once-for-each-content.md).
 */
const contentDigest = (spec: k8s.JobSpec): string =>
  createHash('sha256')
    .update(JSON.stringify(k8s.KubeJob.manifest({ spec })))
    .digest('hex')
    .slice(0, jobDigestLength);

/** The same for every caller of the renderer: a stack that gets an owner must not run its Jobs again. */
function specOf(site: Site, { name, service, job }: ServiceJob): k8s.JobSpec {
  const digests = {
    ...(job.environment === 'service' ? configDigestOf(site, service) : {}),
    ...filesDigestOf(service),
  };
  const volumes = podVolumesOf(site, service);
  return {
    backoffLimit: job.backoffLimit ?? usualBackoffLimit,
    ...(job.activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds: job.activeDeadlineSeconds }),
    template: {
      metadata: {
        labels: labelsOf(site.stack, { name, kind: 'job' }),
        ...(Object.keys(digests).length > 0 ? { annotations: digests } : {}),
      },
      spec: {
        ...accountedPod(site, service),
        // A pod that failed stays, with its log; the next try is another pod.
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: service.terminationGraceSeconds,
        ...(volumes.length > 0 ? { volumes } : {}),
        containers: [
          {
            ...stepContainer({ ...site, options: { keepsLastLines: true } }, service, job),
            ...mounts(jobMountsOf(service)),
          },
        ],
      },
    },
  };
}
