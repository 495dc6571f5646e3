/**
 * Which case of an error code it is, for a program that reacts to it or publishes it as the reason of a condition. What a
 * person may do about it depends on where they meet it, so each front end has its own words for it.
 */
export type ErrorReason =
  | 'NoKubeconfig'
  | 'NoCurrentContext'
  | 'KubeconfigInvalid'
  | 'CredentialsCommandFailed'
  | 'CredentialsUnreadable'
  | 'Unauthorized'
  | 'Forbidden'
  | 'Unreachable'
  | 'NamespaceTerminating'
  | 'KindNotServed'
  | 'FieldConflict'
  | 'Refused'
  | 'LeaseHeld'
  | 'RequirementsMissing'
  | 'DeletionPending'
  | 'RotationUnfinished'
  | 'SecretsKeptByUser'
  | 'SecretMissing'
  | 'SecretUnusable'
  | 'NoReadyPod'
  | 'WorkloadFailed'
  | 'RolloutTimeout'
  | 'CheckFailed';
