/**
 * The case of an error code, for a program that reacts to it or publishes it as the reason of a condition. The remedy
 * depends on the front end, so each front end writes its own hint.
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
  | 'OwnedByResource'
  | 'NotOfThisStack'
  | 'Refused'
  | 'LeaseHeld'
  | 'RequirementsMissing'
  | 'DeletionPending'
  | 'DefinitionPending'
  | 'CommandPending'
  | 'RotationUnfinished'
  | 'SecretsKeptByUser'
  | 'SecretMissing'
  | 'SecretUnusable'
  | 'SecretKeyLost'
  | 'SecretLost'
  | 'NoReadyPod'
  | 'WorkloadFailed'
  | 'RolloutTimeout'
  | 'CheckFailed';
