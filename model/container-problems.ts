import type { Volume, Workload } from './stack.ts';
import { labelProblem } from './names.ts';
import { byteQuantityPattern, mebibytes } from './quantity.ts';
import { duplicates } from './duplicates.ts';
import { imageProblems } from './image-repository.ts';
import { placementProblems } from './placement-problems.ts';
import { probeProblems } from './probe-problems.ts';
import { resourceProblems } from './resource-problems.ts';
import { sidecarProblems } from './sidecar-problems.ts';
import { initProblems, jobProblems } from './step-problems.ts';

/** Contradictions in how a workload's container is run. */
export function containerProblems(service: Workload): string[] {
  const { image, probes = {}, user, resources, smallestMemory, volumes = [], init = [] } = service.container;
  const problems = [
    ...imageProblems(image),
    ...probeProblems(probes, service.ports),
    ...volumes.flatMap(volumeProblems),
    ...init.flatMap((step) => initProblems(service, step)),
    ...sidecarProblems(service),
    ...placementProblems(service),
    ...(service.jobs ?? []).flatMap((job) => jobProblems(service, job)),
    ...(user.uid > 0 && user.gid > 0
      ? []
      : [`it runs as ${user.uid}:${user.gid}; no pod may run as root, user or group.`]),
    ...resourceProblems(resources, smallestMemory),
    ...(service.kind === 'stateless' ? statelessProblems(service) : []),
  ];
  const where = `Service "${service.name}"`;
  return [
    ...problems.map((problem) => `${where}: ${problem}`),
    ...duplicates(
      volumes.map((volume) => [volume.path, `volume "${volume.name}"`]),
      `${where}: path`,
    ),
    ...duplicates(
      volumes.map((volume) => [volume.name, `the volume at ${volume.path}`]),
      `${where}: volume name`,
    ),
    ...duplicates(
      [service, ...init, ...(service.container.sidecars ?? [])].map(({ name }) => [name, 'a container']),
      `${where}: container name`,
    ),
  ];
}

function volumeProblems(volume: Volume): string[] {
  const size = volume.kind === 'persistent' ? volume.size : volume.sizeLimit;
  const problem = labelProblem(volume.name);
  return [
    ...(problem ? [`the volume name "${volume.name}" ${problem}.`] : []),
    ...(byteQuantityPattern.test(size) && mebibytes(size) >= 1
      ? []
      : [`volume "${volume.name}" has size "${size}"; expected 1Mi or more, written like 10Gi.`]),
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
