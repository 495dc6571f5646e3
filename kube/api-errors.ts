import type { Status } from 'kubernetes-types/meta/v1.js';
import type { TerminalCode } from '../model/errors.ts';
import type { ErrorReason } from '../model/error-reason.ts';
import { attributesOf } from './access-review.ts';
import { ApiError, ClusterError, type ErrorFacts } from './cluster-error.ts';

/** Where a request went. */
export interface Asked {
  readonly context: string;
  readonly server: string;
  readonly method: string;
  readonly path: string;
}

/** An answer that is not a success. */
export interface Refused {
  readonly status: number;
  /** A `Status`, or the text where something else answered. */
  readonly json: unknown;
  /** Whether the authorizer refused it: quotas and admission answer 403 too. */
  readonly isDenied: boolean;
}

/** The error of an answer that is not a success. */
export function refusal(asked: Asked, { status, json, isDenied }: Refused): ApiError {
  const { reason = '', message, details } = (typeof json === 'object' && json !== null ? json : {}) as Status;
  const said = message ?? (typeof json === 'string' && json.trim() !== '' ? json.trim() : `HTTP ${status}`);
  const causes = details?.causes ?? [];
  const isEnding = causes.some((cause) => cause.reason === 'NamespaceTerminating');
  const code = isEnding ? 'NAMESPACE_ENDING' : codeOf(status, isDenied);
  const facts = { ...factsOf(asked), ...reasonOf(code, status) };
  return new ApiError(code, messageOf(code, asked, { status, said }), facts, {
    status,
    reason,
    said,
    causes,
  });
}

function factsOf({ context, server, method, path }: Asked): ErrorFacts {
  const { verb, resource } = attributesOf(method, path);
  return { context, server, verb, ...(resource === undefined ? {} : { resource }) };
}

function codeOf(status: number, isDenied: boolean): TerminalCode {
  if (isDenied) return 'CLUSTER_DENIED';
  if (status === 404) return 'NOT_FOUND_IN_CLUSTER';
  if (status === 409) return 'CLUSTER_CONFLICT';
  if (status === 429 || status >= 500) return 'CLUSTER_AWAY';
  return 'CLUSTER_REFUSED';
}

function reasonOf(code: TerminalCode, status: number): { reason?: ErrorReason } {
  if (code === 'CLUSTER_DENIED') return { reason: status === 401 ? 'Unauthorized' : 'Forbidden' };
  if (code === 'NAMESPACE_ENDING') return { reason: 'NamespaceTerminating' };
  return code === 'CLUSTER_REFUSED' ? { reason: 'Refused' } : {};
}

function messageOf(
  code: TerminalCode,
  { context, server, method, path }: Asked,
  { status, said }: { status: number; said: string },
): string {
  switch (code) {
    case 'CLUSTER_DENIED':
      return status === 401
        ? `The API server ${server} does not accept the credentials of context "${context}".`
        : `The user of context "${context}" may not do this: ${said}.`;
    case 'NAMESPACE_ENDING':
      return `The namespace is being deleted, and nothing can be created in it until it is gone (${said}).`;
    case 'CLUSTER_AWAY':
      return `The API server ${server} could not answer ${method} ${path}: ${said}.`;
    default:
      return said;
  }
}

const problems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be resolved',
  ETIMEDOUT: 'no answer came',
  EHOSTUNREACH: 'there is no route to that host',
  ENETUNREACH: 'there is no route to that network',
  ECONNRESET: 'it reset the connection',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the authority the kubeconfig names',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the authority the kubeconfig names',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the authority the kubeconfig names',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  EPROTO: 'what answers there does not speak TLS',
};

/** The error of a request without an answer. */
export function unreachable(
  { context, server }: Pick<Asked, 'context' | 'server'>,
  cause: unknown,
): ClusterError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known = problems[code];
  return new ClusterError(
    'CLUSTER_AWAY',
    `The API server ${server} of context "${context}" cannot be reached: ${known ? `${known} (${code})` : message}.`,
    { reason: 'Unreachable', context, server },
    { cause },
  );
}

/** The error of a namespace that is being deleted. */
export const namespaceTerminating = (namespace: string): ClusterError =>
  new ClusterError(
    'NAMESPACE_ENDING',
    `The namespace ${namespace} is being deleted, and nothing can be created in it until it is gone.`,
    { reason: 'NamespaceTerminating', namespace },
  );
