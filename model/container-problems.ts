import type { InitStep, Probe, Resources, Volume, Workload, SmallestMemory } from './stack.ts';
import { labelProblem } from './names.ts';
import { byteQuantityPattern, cpuQuantityPattern, mebibytes, millicores } from './quantity.ts';
import { duplicates } from './duplicates.ts';

/** Contradictions in how a workload's container is run. */
export function containerProblems(service: Workload): string[] {
  const { image, probes = {}, user, resources, smallestMemory, volumes = [], init = [] } = service.container;
  const problems = [
    ...(image.trim() === '' || /\s/.test(image) ? [`"${image}" is no image.`] : []),
    ...Object.entries(probes as Record<string, Probe>).flatMap(([kind, probe]) =>
      probeProblems(service, kind, probe),
    ),
    ...volumes.flatMap(volumeProblems),
    ...init.flatMap((step) => initProblems(step, volumes)),
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
      [service.name, ...init.map(({ name }) => name)].map((name) => [name, 'a container']),
      `${where}: container name`,
    ),
  ];
}

function initProblems({ name, mounts = {} }: InitStep, volumes: readonly Volume[]): string[] {
  const problem = labelProblem(name);
  return [
    ...(problem ? [`the init step "${name}" ${problem}.`] : []),
    ...Object.keys(mounts)
      .filter((mounted) => !volumes.some((volume) => volume.name === mounted))
      .map((mounted) => `the init step "${name}" mounts volume "${mounted}", which it does not have.`),
  ];
}

/** The API server refuses a request above its limit, and a program fails below its smallest memory. */
function resourceProblems(resources: Resources, smallest?: SmallestMemory): string[] {
  const { requests, limits } = resources;
  const wrong = [
    ...[requests.cpu, limits.cpu ?? requests.cpu].filter((cpu) => !cpuQuantityPattern.test(cpu)),
    ...[requests.memory, limits.memory].filter((memory) => !byteQuantityPattern.test(memory)),
  ].map((quantity) => `"${quantity}" is no quantity; write CPU like 250m or 1, memory like 512Mi or 1Gi.`);
  if (wrong.length > 0) return [...new Set(wrong)];
  const nothing = nothingProblems(resources);
  if (nothing.length > 0) return nothing;
  const above = (what: string, request: string, limit: string): string =>
    `it requests ${request} of ${what} but may use ${limit} at most; the request must not exceed the limit.`;
  return [
    ...(smallest && mebibytes(limits.memory) < mebibytes(smallest.memory)
      ? [
          `its resources.limits.memory is ${limits.memory}; expected ${smallest.memory} or more, for ${smallest.because}.`,
        ]
      : []),
    ...(mebibytes(requests.memory) > mebibytes(limits.memory)
      ? [above('memory', requests.memory, limits.memory)]
      : []),
    ...(limits.cpu !== undefined && millicores(requests.cpu) > millicores(limits.cpu)
      ? [above('CPU', requests.cpu, limits.cpu)]
      : []),
  ];
}

/** Quantities of zero, or below the smallest unit Kubernetes counts. */
function nothingProblems({ requests, limits }: Resources): string[] {
  const cpus = { 'requests.cpu': requests.cpu, 'limits.cpu': limits.cpu ?? requests.cpu };
  const memories = { 'requests.memory': requests.memory, 'limits.memory': limits.memory };
  const tooSmall = [
    ...Object.entries(cpus)
      .filter(([, quantity]) => millicores(quantity) < 1)
      .map(([field, quantity]) => ({ field, quantity, expected: '1m' })),
    ...Object.entries(memories)
      .filter(([, quantity]) => mebibytes(quantity) < 1)
      .map(([field, quantity]) => ({ field, quantity, expected: '1Mi' })),
  ];
  return tooSmall.map(
    ({ field, quantity, expected }) =>
      `its resources.${field} is ${quantity}; expected ${expected} or more, or leave the field out.`,
  );
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
