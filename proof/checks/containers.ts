import { distance } from 'fastest-levenshtein';
import { knownPortHint } from '../../model/known-port.ts';
import { repositoryOf, tagOf } from '../../model/image-repository.ts';
import { only, replacing, setting } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { firstIndices } from '../first-indices.ts';
import type { Graph } from '../graph/graph.ts';
import { declaredPorts, servicesOf, type DeclaredPort } from '../graph/ports.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { called, containerCalled, inContainer, when, type Check } from './subject.ts';

/** A container must declare the ports its process really opens. */
export const openedPorts: Check = ({ known, knownPorts }) =>
  known.flatMap(({ workload, container, program, opens: listens }) => {
    const numbers = [...Object.values(listens), ...(program.facts.otherPorts ?? [])];
    return container.spec.ports.flatMap(({ name, containerPort, protocol }, index): Fault[] => {
      const named = name === undefined ? undefined : listens[name];
      const wrong = named === undefined ? !numbers.includes(containerPort) : named !== containerPort;
      const opened = Object.entries(listens)
        .map(([port, number]) => `${port} (${number})`)
        .join(', ');
      const here = inContainer(container, 'ports', index, 'containerPort');
      const missing = Object.values(listens).filter(
        (number) => !container.spec.ports.some((port) => port.containerPort === number),
      );
      return [
        ...(wrong
          ? [
              {
                code: 'CONTAINER_PORT' as const,
                message: `${containerCalled(workload, container)} declares port ${name ? `${name} ` : ''}${containerPort}, but as it is configured ${program.service.name} opens ${opened}.`,
                here,
                there: configuredAt(container, program.service.ownPorts?.[name ?? ''] ?? ''),
                fix: `Declare ${named ?? (missing.join(' or ') || 'none of them')}, or configure the process for ${containerPort}.`,
                hint: knownPortHint(knownPorts, containerPort),
              },
            ]
          : []),
        ...(protocol === 'TCP'
          ? []
          : [
              {
                code: 'PROTOCOL_MISMATCH' as const,
                message: `${containerCalled(workload, container)} declares ${protocol} on port ${containerPort}; ${program.service.name} speaks TCP.`,
                here: inContainer(container, 'ports', index, 'protocol'),
                fix: 'Write TCP.',
                ...setting(inContainer(container, 'ports', index, 'protocol'), 'TCP'),
              },
            ]),
      ];
    });
  });

/** Where a variable of a container is written, else the container's own list. */
export const configuredAt = (container: KnownContainer['container'], variable: string): Place =>
  container.variables.get(variable)?.place ?? inContainer(container, 'image');

/**
 * Ports of one pod with the same number or name: the second process cannot listen, or is never found. One process may
 * give its port two names.
 */
export const duplicateContainerPorts: Check = ({ graph, knownIn }) =>
  graph.workloads.flatMap((workload) => {
    // A declaration only informs: of two containers it is enough that one listens there.
    const listens = ({ container, number }: DeclaredPort): boolean =>
      Object.values(knownIn(container)?.opens ?? {}).includes(number);
    const all = declaredPorts(workload);
    const numbers = firstIndices(all.map(({ number, protocol }) => `${number}/${protocol}`));
    const names = firstIndices(all.map(({ name }) => name));
    return all.flatMap((port, position): Fault[] => {
      const sameNumber = numbers.get(`${port.number}/${port.protocol}`) ?? position;
      const named = port.name === undefined ? position : (names.get(port.name) ?? position);
      const sameName = isOneNeeded(graph, workload, port, all[named]) ? named : position;
      const first = all[Math.min(sameNumber, sameName)];
      return first && first !== port
        ? [portTwice(workload, port, first, listens(port) && listens(first))]
        : [];
    });
  });

const portTwice = (
  workload: Workload,
  port: DeclaredPort,
  first: DeclaredPort,
  bothListen: boolean,
): Fault => ({
  code: 'PORT_TWICE',
  ...(isRefused(port, first) || (bothListen && port.number === first.number) ? {} : { severity: 'warning' }),
  message: `${called(workload)} declares port ${port.name ?? port.number} (${port.number}) beside ${first.name ?? first.number} (${first.number}).`,
  here: inContainer(port.container, 'ports', port.index, 'containerPort'),
  there: inContainer(first.container, 'ports', first.index, 'containerPort'),
  fix: 'Give each port of the pod a number and a name of its own.',
});

/** Two containers may call their ports alike, unless something asks for the name: it finds the first. */
const isOneNeeded = (graph: Graph, workload: Workload, port: DeclaredPort, first?: DeclaredPort): boolean =>
  first?.container === port.container ||
  servicesOf(graph, workload).some(({ content }) =>
    content.spec.ports.some(({ targetPort }) => targetPort === port.name),
  );

const isRefused = (port: DeclaredPort, first: DeclaredPort): boolean =>
  port.container === first.container && port.name === first.name;

/** A container without an image is refused. */
export const imagesGiven: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      when(!container.spec.image, () => ({
        code: 'INVALID_FIELD',
        message: `${containerCalled(workload, container)} has no image.`,
        here: inContainer(container, 'image'),
        fix: 'Write the image it runs.',
      })),
    ),
  );

/** An image name one letter off a well-known one is a typo, or typosquatting. */
export const images: Check = ({ graph, programs }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const repository = repositoryOf(container.spec.image ?? '');
      const nears = programs
        .map(({ facts }) => facts.image)
        .filter((image) => {
          const letters = distance(image, repository);
          return letters > 0 && letters <= Math.min(2, image.length - 3);
        });
      const [near] = nears;
      return near
        ? [
            {
              code: 'IMAGE_NAME',
              message: `${containerCalled(workload, container)} runs "${repository}", which is a letter or two from "${near}".`,
              here: inContainer(container, 'image'),
              fix: `Write ${near}, if that is meant.`,
              ...only(nears, (right) => replacing(inContainer(container, 'image'), repository, right)),
            },
          ]
        : [];
    }),
  );

/** Whether the tag of an image is a version, and no name of another program of one repository, as `app:init` is. */
const isVersion = (image: string): boolean => /^(v?\d|latest$|$)/.test(tagOf(image));

/** Containers of one pod from one repository run one program: two versions of it are probably not meant. */
export const imageTags: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) => {
    // Of each repository the first container, and the first with another image than that one.
    const firsts = new Map<string, { readonly one: Container; other?: Container }>();
    return workload.containers.flatMap((container): Fault[] => {
      const { image } = container.spec;
      if (image === undefined || !isVersion(image)) return [];
      const seen = firsts.get(repositoryOf(image)) ?? { one: container };
      firsts.set(repositoryOf(image), seen);
      const differs = seen.one.spec.image !== image;
      const other = differs ? seen.one : seen.other;
      if (differs) seen.other ??= container;
      return other
        ? [
            {
              code: 'IMAGE_TAGS',
              message: `${containerCalled(workload, container)} runs ${image}, its container ${other.name} ${other.spec.image ?? ''}.`,
              here: inContainer(container, 'image'),
              there: inContainer(other, 'image'),
              fix: 'Write one tag at both.',
            },
          ]
        : [];
    });
  });
