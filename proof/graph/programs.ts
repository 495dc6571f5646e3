import { runsClient, type Process, type Program } from '../../model/program.ts';
import { apiGroup } from '../../model/names.ts';
import { repositoryOf } from '../../model/image-repository.ts';
import { isManagedByMooring } from './managed-by.ts';
import { commandsIn, expandedWords } from './command-words.ts';
import type { Graph } from './graph.ts';
import { mountsOf } from './files.ts';
import { oncePer } from './once-per.ts';
import type { Container, Workload } from './workloads.ts';

/** A container whose program is known. */
export interface KnownContainer {
  readonly workload: Workload;
  readonly container: Container;
  readonly program: Program;
  /** How it was recognised. */
  readonly by: 'image' | 'label' | 'annotation';
  readonly running: Process;
  /** Port name → the number it opens. */
  readonly opens: Readonly<Record<string, number>>;
}

/** Every container, not an init step, whose program and environment are known. */
export function knownContainers(graph: Graph, programs: readonly Program[]): KnownContainer[] {
  const all = graph.workloads.flatMap((workload) =>
    workload.containers
      // Where a part of the environment is not among the manifests, the checks of programs cannot judge it.
      .filter(({ init, envKnown }) => !init && envKnown)
      .map((container) => ({ workload, container, found: recognise(workload, container, programs) })),
  );
  // Two containers of one image run one program, even where only one of them can be recognised.
  const byRepository = new Map(
    all.flatMap(({ container, found }) =>
      found && container.spec.image ? [[repositoryOf(container.spec.image), found]] : [],
    ),
  );
  return all.flatMap(({ workload, container, found: own }) => {
    const found = own ?? byRepository.get(repositoryOf(container.spec.image ?? ''));
    if (!found) return [];
    const running = processOf(graph, workload, container);
    if (found.by === 'image' && runsClient(running, found.program.facts)) return [];
    return [{ workload, container, ...found, running, opens: opensOf(container, found.program, running) }];
  });
}

/**
 * The ports a process opens: as configured; else as declared under the port's name, or as the only unnamed port; else
 * its default. So a port that is changed everywhere is changed here too.
 */
function opensOf({ spec }: Container, { service, facts }: Program, running: Process): Record<string, number> {
  const told = facts.told(running);
  const usual = Object.entries(service.ports).map(([name, port]) => ({ name, number: port.containerPort }));
  const declares = (name: string, number: number): boolean =>
    spec.ports.some((port) => port.name === name || port.containerPort === number);
  const [silent] = usual.filter(({ name, number }) => told[name] === undefined && !declares(name, number));
  const [unnamed] = spec.ports.filter(
    (port) => !port.name && !usual.some(({ number }) => number === port.containerPort),
  );
  return Object.fromEntries(
    usual.map(({ name, number }) => {
      const named = spec.ports.find((port) => port.name === name)?.containerPort;
      const alone = silent?.name === name ? unnamed?.containerPort : undefined;
      return [name, told[name] ?? named ?? alone ?? number];
    }),
  );
}

/** On a pod's template: what a container runs, `<container>=<program>` or, where it has one container, the program alone. */
export const programAnnotation = `${apiGroup}/program`;

/** By the annotation; else by the image; else by the labels of an object of Mooring whose image was replaced. */
function recognise(
  workload: Workload,
  container: Container,
  programs: readonly Program[],
): Pick<KnownContainer, 'program' | 'by'> | undefined {
  const byAnnotation = programCalled(programs, saidProgram(workload, container));
  if (byAnnotation) return { program: byAnnotation, by: 'annotation' };
  const isLabelled = ({ service }: Program): boolean =>
    isManagedByMooring(workload.object) &&
    workload.labels['app.kubernetes.io/name'] === service.name &&
    service.name === container.name;
  // Services of one image differ in what they read.
  const byImage =
    programOfImage(programs.filter(isLabelled), container) ?? programOfImage(programs, container);
  if (byImage) return { program: byImage, by: 'image' };
  const byLabel = programs.find(isLabelled);
  return byLabel && { program: byLabel, by: 'label' };
}

/** By the name of the program, or of its service. */
export const programCalled = (programs: readonly Program[], name: string | undefined): Program | undefined =>
  programs.find(({ service, facts }) => name === facts.name || name === service.name);

export function programOfImage(programs: readonly Program[], { spec }: Container): Program | undefined {
  const repository = repositoryOf(spec.image ?? '');
  return programs.find(({ facts }) => facts.image === repository);
}

/** What the annotation says that a container runs. */
export function saidProgram(workload: Workload, { name }: Container): string | undefined {
  const { named, alone } = saidIn(workload);
  return named.get(name) ?? alone;
}

/** What the annotation of a workload says, by container, or of its only one. */
const saidIn = oncePer(({ annotations, containers }: Workload) => {
  const said = (annotations[programAnnotation] ?? '').split(',').map((part) => part.trim());
  const pairs = said.flatMap((part): [string, string][] => {
    const at = part.indexOf('=');
    return at < 0 ? [] : [[part.slice(0, at), part.slice(at + 1)]];
  });
  const isAlone = said.length === 1 && containers.filter(({ init }) => !init).length === 1;
  return { named: new Map(pairs.reverse()), alone: (isAlone && said[0]) || undefined };
});

/** A container as its manifests start it. */
export function processOf(graph: Graph, workload: Workload, container: Container): Process {
  return {
    env: Object.fromEntries(
      container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
    beginnings: Object.fromEntries(
      container.env.flatMap(({ name, beginning }) => (beginning === undefined ? [] : [[name, beginning]])),
    ),
    names: new Set(container.variables.keys()),
    files: mountsOf(graph, workload, container)
      .flatMap(({ files = [] }) => files)
      .flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }])),
    command: expandedWords(container, (name) => container.variables.get(name)?.value),
    commands: commandsIn(container),
  };
}
