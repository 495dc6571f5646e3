import type { Pod } from '../../../kube/kinds.ts';
import { readyCondition, verifiedCondition } from '../../../model/gates.ts';
import { configDigestAnnotation } from '../../../model/names.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { report } from './reporting-process.ts';

/** The gate of a process that reports `queue`. */
export const queueReady = readyCondition('queue');

export interface Pods {
  /** Writes a part of a pod's status, as kubelet does. */
  readonly patchStatus: (name: string, status: object) => Promise<Pod>;
  readonly readPod: (name: string) => Promise<Pod>;
  readonly deletePod: (name: string) => Promise<Pod>;
  /** Makes a pod that runs, with readiness gates; its process is on a port of loopback. */
  readonly createPod: (name: string, containerPort: number, gates?: readonly string[]) => Promise<void>;
}

/** Of every pod: its labels, and the digest of the configuration it was rendered with. */
export interface PodChoice {
  readonly labels: Readonly<Record<string, string>>;
  readonly digest?: string;
}

/** What makes pods, and stands in for kubelet, in the namespace of a path. */
export function podsAt(server: ApiServer, path: string, choice: PodChoice): Pods {
  const request = async (
    method: string,
    at: string,
    body?: object,
    type = 'application/json',
  ): Promise<Pod> => {
    const { status, json } = await server.request(method, at, body, { 'content-type': type });
    if (status >= 300) throw new Error(`The API server answers ${status} to ${method} ${at}.`);
    return json as Pod;
  };
  const patchStatus: Pods['patchStatus'] = (name, status) =>
    request(
      'PATCH',
      `${path}/${name}/status?fieldManager=kubelet`,
      { status },
      'application/strategic-merge-patch+json',
    );
  return {
    patchStatus,
    readPod: (name) => request('GET', `${path}/${name}`),
    deletePod: (name) => request('DELETE', `${path}/${name}`),
    createPod: async (name, containerPort, gates = [queueReady, verifiedCondition]) => {
      await request('POST', path, podOf({ name, containerPort, gates }, choice));
      const conditions = [{ type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady' }];
      const address = { podIP: LOOPBACK, podIPs: [{ ip: LOOPBACK }] };
      await patchStatus(name, { phase: 'Running', ...address, conditions });
    },
  };
}

interface OnePod {
  readonly name: string;
  readonly containerPort: number;
  readonly gates: readonly string[];
}

/** As Pod Security's `restricted` wants it: docs/operator.md has its namespace labelled so. */
const podOf = ({ name, containerPort, gates }: OnePod, { labels, digest = 'sha-1' }: PodChoice): object => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name, labels, annotations: { [configDigestAnnotation]: digest } },
  spec: {
    readinessGates: gates.map((conditionType) => ({ conditionType })),
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        ...{ name: 'web', image: 'web', ports: [{ name: report.port, containerPort }] },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});
