import { version } from '../../model/version.ts';
import { groupOf } from '../../kube/objects.ts';
import { apiGroup } from '../../model/names.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { operatorVariables } from '../env.ts';

/** What may be chosen of an installation. */
export interface ManifestOptions {
  /** Default: the image of this version. */
  readonly image?: string;
  /** Default: 2. One replica leads, and each other one is ready to take over. */
  readonly replicas?: number;
  /**
   * The only namespace the operator works in, in which it also runs; it has no right elsewhere. Absent: all of them,
   * from a Namespace of its own.
   */
  readonly namespace?: string;
}

/** Whether the image of this version does not serve a kind: it serves those of Mooring's own API group. */
export const needsOwnImage = ({ apiVersion }: Pick<StackKind, 'apiVersion'>): boolean =>
  groupOf(apiVersion) !== apiGroup;

export const operatorVersion = version;

/** The options with their defaults. */
export interface Chosen {
  readonly image: string;
  readonly replicas: number;
  /** Where the operator runs. */
  readonly namespace: string;
  readonly isNamespaced: boolean;
  /** Where it serves /healthz, /readyz and /metrics. */
  readonly port: number;
}

export function chosen({ image, replicas, namespace }: ManifestOptions): Chosen {
  const { POD_NAMESPACE, OPERATOR_PORT } = operatorVariables;
  return {
    image: image ?? `mooring/operator:${operatorVersion}`,
    replicas: replicas ?? 2,
    namespace: namespace ?? POD_NAMESPACE.default,
    isNamespaced: namespace !== undefined,
    port: OPERATOR_PORT.default,
  };
}
