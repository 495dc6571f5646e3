import { duplicates } from './duplicates.ts';
import { portNameProblem } from './names.ts';
import { isPortNumber, portNumberText } from './port-number.ts';
import { probeProblems } from './probe-problems.ts';
import type { Sidecar, Workload } from './stack.ts';
import { mountProblems, stepProblems } from './step-problems.ts';

/** Contradictions in the sidecars of a service. */
export function sidecarProblems(service: Workload): string[] {
  const { sidecars = [] } = service.container;
  return [
    ...sidecars.flatMap((sidecar) => {
      const what = `the sidecar "${sidecar.name}"`;
      const { ports = {}, probes = {} } = sidecar;
      return [
        ...stepProblems(service, sidecar).map((problem) => `${what}${problem}`),
        ...[...portProblems(ports), ...probeProblems(probes, ports)].map((problem) => `${what}: ${problem}`),
        ...mountProblems(service, sidecar, what),
      ];
    }),
    ...(sidecars.length > 0 ? sharedPorts(service, sidecars) : []),
  ];
}

const portProblems = (ports: NonNullable<Sidecar['ports']>): string[] =>
  Object.entries(ports).flatMap(([name, number]) => {
    const wrongName = portNameProblem(name);
    return [
      ...(wrongName ? [`the name of its port "${name}" ${wrongName}.`] : []),
      ...(isPortNumber(number) ? [] : [`its port "${name}" is ${number}; ${portNumberText}.`]),
    ];
  });

/** A pod has one address: two of its containers cannot listen on one port, and one name must mean one port. */
function sharedPorts(service: Workload, sidecars: readonly Sidecar[]): string[] {
  const all = [
    ...Object.entries(service.ports).map(([name, { containerPort }]) => ({
      ...{ name, number: String(containerPort), by: `service "${service.name}"` },
    })),
    ...sidecars.flatMap((sidecar) =>
      Object.entries(sidecar.ports ?? {}).map(([name, number]) => ({
        ...{ name, number: String(number), by: `sidecar "${sidecar.name}"` },
      })),
    ),
  ];
  return [
    ...duplicates(
      all.map(({ name, by }) => [name, by]),
      'the port name',
    ),
    ...duplicates(
      all.map(({ number, by }) => [number, by]),
      'the container port',
    ),
  ];
}
