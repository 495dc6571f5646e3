import type { Probe, Probes } from './stack.ts';

/** The probes of a container that ask a port which is not among its own. */
export const probeProblems = (probes: Probes, ports: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(probes as Record<string, Probe>).flatMap(([kind, probe]) => {
    const port = 'http' in probe ? probe.http.port : 'tcp' in probe ? probe.tcp.port : undefined;
    return port === undefined || port in ports
      ? []
      : [`its ${kind} probe asks port "${port}", which it does not have.`];
  });
