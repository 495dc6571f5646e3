import { k8s } from 'cdk8s-plus-27';
import type { Probe, Probes } from '../../model/stack.ts';

type ProbeFields = 'startupProbe' | 'readinessProbe' | 'livenessProbe';

/** The probes a container has. */
export const probesOf = ({ startup, readiness, liveness }: Probes): Pick<k8s.Container, ProbeFields> => ({
  ...(startup ? { startupProbe: probe(startup) } : {}),
  ...(readiness ? { readinessProbe: probe(readiness) } : {}),
  ...(liveness ? { livenessProbe: probe(liveness) } : {}),
});

const probe = (asked: Probe): k8s.Probe => ({
  ...action(asked),
  periodSeconds: asked.periodSeconds,
  failureThreshold: asked.failureThreshold,
  ...(asked.timeoutSeconds === undefined ? {} : { timeoutSeconds: asked.timeoutSeconds }),
});

function action(asked: Probe): k8s.Probe {
  if ('http' in asked)
    return { httpGet: { path: asked.http.path, port: k8s.IntOrString.fromString(asked.http.port) } };
  if ('tcp' in asked) return { tcpSocket: { port: k8s.IntOrString.fromString(asked.tcp.port) } };
  return { exec: { command: [...asked.exec] } };
}
