import { k8s } from 'cdk8s-plus-27';
import type { Site } from '../options.ts';
import { managedBy } from './metadata.ts';

/** Pinned, so that an upgrade of the cluster does not tighten what is enforced on a running stack. */
const podSecurityVersion = 'v1.34';

/** Labels of a Namespace whose pods must be as Pod Security's `restricted` demands. */
export const podSecurity: Readonly<Record<string, string>> = Object.fromEntries(
  ['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, 'restricted'],
    [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
  ]),
);

/** The Namespace, without labels of the stack: stacks that share one must render the same object. */
export function addNamespace({ chart, stack }: Site): void {
  new k8s.KubeNamespace(chart, 'namespace', {
    metadata: { name: stack.namespace, labels: { ...managedBy, ...podSecurity } },
  });
}
