import type { k8s } from 'cdk8s-plus-27';
import type { Container } from '../../model/stack.ts';

/** How every pod of every stack is hardened. The only place. */

/** On the pod: never root, a numeric user that kubelet can verify, volumes that its group may write. */
export const hardenedPod = (user: Container['user']): k8s.PodSpec => ({
  containers: [],
  automountServiceAccountToken: false,
  // A Service called "redis" would inject REDIS_PORT=tcp://… and be read as a port.
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: user.uid,
    runAsGroup: user.gid,
    fsGroup: user.gid,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  },
});

/** On each container, init steps too. */
export const hardenedContainer: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
