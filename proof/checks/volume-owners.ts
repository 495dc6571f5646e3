import type { Fault } from '../findings.ts';
import { mountsOf } from '../graph/files.ts';
import { imageFactsOf } from '../graph/images.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { containerCalled, type Check } from './subject.ts';

/** A new volume belongs to root: who is not root may write to it where fsGroup gives it to a group of the pod. */
export const volumeOwners: Check = ({ graph, beside }) =>
  graph.workloads.flatMap((workload) => {
    const { fsGroup } = workload.pod.securityContext;
    if (fsGroup !== undefined) return [];
    return workload.containers
      .filter(({ init }) => !init)
      .flatMap((container): Fault[] => {
        const { facts } = imageFactsOf(beside.images, workload, container);
        const user = userOf(workload, container) ?? facts.find((one) => one.user !== undefined)?.user;
        const mount = mountsOf(graph, workload, container).find(
          (one) => one.kind === 'claim' && one.writable && !isPrepared(workload, one.name),
        );
        if (user === 0 || user === undefined || !mount) return [];
        return [
          {
            code: 'PATH_NOT_WRITABLE',
            severity: 'warning',
            message: `${containerCalled(workload, container)} does not run as root${typeof user === 'number' ? `, but as user ${user},` : ''} and mounts a claim at ${mount.path}, and its pod has no fsGroup: on most storage the volume belongs to root, and it may not write there.`,
            here: mount.place,
            fix: `Write securityContext.fsGroup${typeof user === 'number' ? `: ${user}` : ' with the group of the image'} in the pod's spec.`,
          },
        ];
      });
  });

/** The user's number; `other` for one that is only known not to be root; `undefined` where the image decides. */
function userOf({ pod }: Workload, { spec }: Container): number | 'other' | undefined {
  const number = spec.securityContext.runAsUser ?? pod.securityContext.runAsUser;
  if (number !== undefined) return number;
  return (spec.securityContext.runAsNonRoot ?? pod.securityContext.runAsNonRoot) === true
    ? 'other'
    : undefined;
}

/** An init step that mounts the volume too may have given it to the user. */
const isPrepared = ({ containers }: Workload, volume: string): boolean =>
  containers.some(({ init, spec }) => init && spec.volumeMounts.some(({ name }) => name === volume));
