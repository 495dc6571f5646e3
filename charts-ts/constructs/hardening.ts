import type { k8s } from 'cdk8s-plus-27';
import type { Container } from '../../model/stack.ts';

/** The security context of every pod of every stack. */

/** For the pod: never root, a numeric user that kubelet can verify, volumes that its group may write. */
export const hardenedPod = (user: Container['user']): k8s.PodSpec => ({
  containers: [],
  automountServiceAccountToken: false,
  // The service link of a Service called "queue" is QUEUE_PORT=tcp://…, which the app would read as its port.
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

/** For each container and init container. */
export const hardenedContainer: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
