import type { ErrorReason } from '../model/error-reason.ts';
import type { ClusterError } from '../kube/cluster-error.ts';

/** What a user of the command line may do about an error, by its reason. */
const hints: Readonly<Partial<Record<ErrorReason, string>>> = {
  NoKubeconfig: 'Without a cluster yet, `npm run cluster:up` gives one.',
  NoCurrentContext: 'Name one with --context.',
  CredentialsCommandFailed: 'Install it or log in again, or choose another --context.',
  CredentialsUnreadable: 'Correct the kubeconfig, or choose another --context.',
  Unauthorized: 'Log in again, or choose another --context.',
  Forbidden: "Ask the cluster's administrator for that permission, or choose another --context.",
  Unreachable: 'Is the cluster running, and is it the right --context?',
  NamespaceTerminating: 'Wait for it (kubectl get namespaces --watch), then run again.',
  FieldConflict: 'Take it back with --force-conflicts, or write it into the document.',
  LeaseHeld: 'Another command is changing this stack. Wait until it is done, then run again.',
  DeletionPending: 'Is the controller manager running? Run again to go on.',
  RotationUnfinished: 'Finish it first: mooring secrets rotate',
  SecretsKeptByUser: 'Change them where you keep them, tell the stores, and restart the pods.',
  SecretMissing: '"mooring apply" makes it.',
  NoReadyPod: 'Bring it up (mooring apply), then run again.',
  RolloutTimeout: 'Wait longer with --timeout <seconds>, if it only takes its time.',
};

/** An error of a cluster as the terminal shows it: what is the case, and what to do about it. */
export function errorForPeople({ message, facts }: ClusterError): string {
  const hint = facts.reason && hints[facts.reason];
  if (hint === undefined) return message;
  return `${message}${message.includes('\n') ? '\n' : ' '}${hint}`;
}
