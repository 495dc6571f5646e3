import { oncePer } from '../graph/once-per.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Probe } from '../shapes/container.ts';
import type { Subject } from './subject.ts';

const probeFields = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;
type ProbeField = (typeof probeFields)[number];

/** A probe as it is written, with what it asks. */
export interface Asking {
  readonly workload: Workload;
  readonly container: Container;
  readonly field: ProbeField;
  readonly probe: Probe;
  readonly path: readonly string[];
  readonly port: string | number | undefined;
}

export const probesOf = oncePer(({ graph }: Subject): readonly Asking[] =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      probeFields.flatMap((field) => {
        const probe = container.spec[field];
        if (!probe) return [];
        const action = probe.httpGet
          ? 'httpGet'
          : probe.tcpSocket
            ? 'tcpSocket'
            : probe.grpc
              ? 'grpc'
              : 'exec';
        const port = (probe.httpGet ?? probe.tcpSocket ?? probe.grpc)?.port;
        return [{ workload, container, field, probe, path: [field, action], port }];
      }),
    ),
  ),
);

/** The number of the port that a probe asks; a name is one of the container's own. */
export const numberAsked = ({ container, port }: Asking): number | undefined =>
  typeof port === 'number'
    ? port
    : container.spec.ports.find(({ name }) => name !== undefined && name === port)?.containerPort;

/** The probes of each container. */
export const probesByContainer = oncePer((subject: Subject) =>
  Map.groupBy(probesOf(subject), ({ container }) => container),
);
