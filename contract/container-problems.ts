import type { Probe, Volume, Workload } from './model.ts';
import { labelProblem } from './names.ts';
import { byteQuantityPattern } from './quantity.ts';
import { twice } from './twice.ts';

/** What contradicts itself about how a workload's container is run. */
export function containerProblems(service: Workload): string[] {
  const { image, probes, volumes = [] } = service.container;
  const problems = [
    ...(image.trim() === '' || /\s/.test(image) ? [`"${image}" is no image.`] : []),
    ...Object.entries(probes).flatMap(([kind, probe]: [string, Probe]) =>
      probeProblems(service, kind, probe),
    ),
    ...volumes.flatMap(volumeProblems),
    ...(service.kind === 'stateless' ? statelessProblems(service) : []),
  ];
  const where = `Service "${service.name}"`;
  return [
    ...problems.map((problem) => `${where}: ${problem}`),
    ...twice(
      volumes.map((volume) => [volume.path, `volume "${volume.name}"`]),
      `${where}: path`,
    ),
  ];
}

function probeProblems(service: Workload, kind: string, probe: Probe): string[] {
  const port = 'http' in probe ? probe.http.port : 'tcp' in probe ? probe.tcp.port : undefined;
  return port === undefined || port in service.ports
    ? []
    : [`its ${kind} probe asks port "${port}", which it does not have.`];
}

function volumeProblems(volume: Volume): string[] {
  const size = volume.kind === 'persistent' ? volume.size : volume.sizeLimit;
  const problem = labelProblem(volume.name);
  return [
    ...(problem ? [`the volume name "${volume.name}" ${problem}.`] : []),
    ...(byteQuantityPattern.test(size)
      ? []
      : [`volume "${volume.name}" has size "${size}"; write it like 10Gi.`]),
  ];
}

function statelessProblems(service: Extract<Workload, { kind: 'stateless' }>): string[] {
  const { minReplicas = 0, maxReplicas = 0 } = service.autoscaling ?? {};
  const kept = (service.container.volumes ?? []).filter((volume) => volume.kind === 'persistent');
  return [
    ...kept.map(
      ({ name }) => `it is stateless but keeps volume "${name}"; make it stateful or the volume scratch.`,
    ),
    ...(service.whileUnready ?? [])
      .filter((port) => !(port in service.ports))
      .map((port) => `it publishes port "${port}" while unready, which it does not have.`),
    ...(minReplicas > maxReplicas
      ? [`autoscaling from ${minReplicas} to ${maxReplicas} replicas; the first must not exceed the second.`]
      : []),
  ];
}
