import { repositoryOf, type Process, type Program } from '../../contract/programs.ts';
import { managedByUs } from './ours.ts';
import type { Graph } from './graph.ts';
import { mountsOf } from './files.ts';
import type { Container, Workload } from './workloads.ts';

/** A container whose program the contract describes. */
export interface KnownContainer {
  readonly workload: Workload;
  readonly container: Container;
  readonly program: Program;
  /** How it was recognised. */
  readonly by: 'image' | 'label' | 'variables';
  readonly process: Process;
}

/** Every container, not an init step, whose program is known. */
export function knownContainers(graph: Graph, programs: readonly Program[]): KnownContainer[] {
  const all = graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ init }) => !init)
      .map((container) => ({ workload, container, found: recognise(workload, container, programs) })),
  );
  // Two containers of one image run one program, even where only one of them can be recognised.
  const byRepository = new Map(
    all.flatMap(({ container, found }) =>
      found && container.spec.image ? [[repositoryOf(container.spec.image), found]] : [],
    ),
  );
  return all.flatMap(
    ({ workload, container, found = byRepository.get(repositoryOf(container.spec.image ?? '')) }) =>
      found ? [{ workload, container, ...found, process: processOf(graph, workload, container) }] : [],
  );
}

/**
 * By the image; else, for an object of ours whose image was replaced, by the service's label; else by the variables:
 * whoever is given three names of a program's own, and most of what it is given, is that program.
 */
function recognise(
  workload: Workload,
  container: Container,
  programs: readonly Program[],
): Pick<KnownContainer, 'program' | 'by'> | undefined {
  const repository = repositoryOf(container.spec.image ?? '');
  const byImage = programs.find(({ facts }) => facts.image === repository);
  if (byImage) return { program: byImage, by: 'image' };
  const byLabel = programs.find(
    ({ service }) =>
      managedByUs(workload.object) &&
      workload.labels['app.kubernetes.io/name'] === service.name &&
      service.name === container.name,
  );
  if (byLabel) return { program: byLabel, by: 'label' };
  const byVariables = programs.find((program) => readsMost(container, program));
  return byVariables && { program: byVariables, by: 'variables' };
}

function readsMost({ env }: Container, { service }: Program): boolean {
  const own = env.filter(({ name }) => Object.hasOwn(service.variables ?? {}, name)).length;
  return own >= 3 && own * 2 >= env.length;
}

function processOf(graph: Graph, workload: Workload, container: Container): Process {
  return {
    env: Object.fromEntries(
      container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
    names: new Set(container.env.map(({ name }) => name)),
    files: mountsOf(graph, workload, container)
      .flatMap(({ files = [] }) => files)
      .flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }])),
    command: [...container.spec.command, ...container.spec.args].map((word) =>
      word.replaceAll(
        /\$\(([-._A-Za-z0-9]+)\)/g,
        (whole, name: string) => container.env.find((entry) => entry.name === name)?.value ?? whole,
      ),
    ),
  };
}
