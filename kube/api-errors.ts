import type { TerminalCode } from '../model/errors.ts';
import { ApiError, ClusterError, type StatusCause } from './cluster-error.ts';

/** Where a request went, for words about it. */
export interface Asked {
  readonly context: string;
  readonly server: string;
  readonly method: string;
  readonly path: string;
}

interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly StatusCause[] };
}

/** The error of an answer that is no success. */
export function refusal(asked: Asked, status: number, json: unknown): ApiError {
  const { reason = '', message, details } = (typeof json === 'object' && json !== null ? json : {}) as Status;
  const said = message ?? (typeof json === 'string' && json.trim() !== '' ? json.trim() : `HTTP ${status}`);
  const causes = details?.causes ?? [];
  const code = codeOf(status, said, causes);
  return new ApiError(code, words(code, asked, said), { status, reason, said, causes });
}

function codeOf(status: number, said: string, causes: readonly StatusCause[]): TerminalCode {
  if (causes.some(({ reason }) => reason === 'NamespaceTerminating')) return 'NAMESPACE_ENDING';
  if (status === 401) return 'CLUSTER_DENIED';
  // Quotas and Pod Security answer 403 too; only the authorizer says who cannot.
  if (status === 403) return / cannot \S+ /.test(said) ? 'CLUSTER_DENIED' : 'CLUSTER_REFUSED';
  if (status === 404) return 'NOT_FOUND_IN_CLUSTER';
  if (status === 409) return 'CLUSTER_CONFLICT';
  if (status === 429 || status >= 500) return 'CLUSTER_AWAY';
  return 'CLUSTER_REFUSED';
}

function words(code: TerminalCode, { context, server, method, path }: Asked, said: string): string {
  switch (code) {
    case 'CLUSTER_DENIED':
      return said === 'Unauthorized'
        ? `The API server ${server} does not take the credentials of context "${context}". Log in again, or choose another --context.`
        : `The user of context "${context}" may not do this: ${said}. Ask whoever runs the cluster for that permission, or choose another --context.`;
    case 'NAMESPACE_ENDING':
      return `The namespace is being deleted, and nothing new can be made in it until it is gone (${said}). Wait for it (kubectl get namespaces --watch), then run again.`;
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
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ECONNRESET: 'it cut the connection',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the authority the kubeconfig names',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the authority the kubeconfig names',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the authority the kubeconfig names',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  EPROTO: 'what answers there does not speak TLS',
};

/** The error of a request that never got an answer. */
export function unreachable({ context, server }: Asked, cause: unknown): ClusterError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known = problems[code];
  return new ClusterError(
    'CLUSTER_AWAY',
    `The API server ${server} of context "${context}" cannot be reached: ${known ? `${known} (${code})` : message}. Is the cluster running, and is it the right --context?`,
    { cause },
  );
}
