import type { ErrorReason } from '../model/error-reason.ts';
import type { ClusterError } from '../kube/cluster-error.ts';
import { mooringOfStack } from './same-stack.ts';

/** What a user of the command line can do about an error, by its reason. */
const hints = (): Readonly<Partial<Record<ErrorReason, string>>> => ({
  NoKubeconfig: 'Set KUBECONFIG or --kubeconfig; in a clone of Mooring `npm run cluster:up` makes a cluster.',
  NoCurrentContext: 'Name one with --context.',
  CredentialsCommandFailed: 'Install it or log in again, or choose another --context.',
  CredentialsUnreadable: 'Correct the kubeconfig, or choose another --context.',
  Unauthorized: 'Log in again, or choose another --context.',
  Forbidden: "Ask the cluster's administrator for that permission, or choose another --context.",
  Unreachable: 'Is the cluster running, and is it the right --context?',
  NamespaceTerminating: 'Wait for it (kubectl get namespaces --watch), then run again.',
  FieldConflict: 'Take it back with --force-conflicts, or write it into the document.',
  LeaseHeld: 'Another command is changing this stack. Wait until it is done, then run again.',
  DeletionPending: 'Check that the controller manager runs, then run again to continue.',
  RotationUnfinished: `Finish it first: ${mooringOfStack('secrets rotate')}`,
  SecretsKeptByUser: 'Change them where you keep them and in the stores, then restart the pods.',
  SecretMissing: `"${mooringOfStack('apply')}" makes it.`,
  NoReadyPod: `Bring it up (${mooringOfStack('apply')}), then run again.`,
  RolloutTimeout: 'If it is only slow, wait longer with --timeout <seconds>.',
});

/** An error of a cluster as the terminal shows it: its message and what to do. */
export function errorForPeople({ message, facts }: ClusterError): string {
  const hint = facts.reason && hints()[facts.reason];
  if (hint === undefined) return message;
  return `${message}${message.includes('\n') ? '\n' : ' '}${hint}`;
}
