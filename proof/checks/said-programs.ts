import type { Fault } from '../findings.ts';
import { programAnnotation, programCalled, programOfImage, saidProgram } from '../graph/programs.ts';
import { called, containerCalled, inContainer, type Check } from './subject.ts';

/** The annotation that says what a container runs must name a known program, and not contradict a known image. */
export const saidPrograms: Check = ({ graph, programs }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const said = saidProgram(workload, container);
      if (said === undefined) return [];
      const named = programCalled(programs, said);
      const { image = '' } = container.spec;
      const pictured = programOfImage(programs, container);
      if (named && (!pictured || pictured.facts.name === named.facts.name)) return [];
      const names = programs.map(({ facts }) => facts.name).join(', ');
      return [
        {
          code: 'PROGRAM_SAID',
          message: named
            ? `${containerCalled(workload, container)} is said to run ${said}, and its image ${image} is ${pictured?.facts.product ?? 'another'}'s.`
            : `${called(workload)} is said to run "${said}"; the programs that are known are ${names}.`,
          here: {
            doc: workload.object.doc,
            path: [...workload.podPath.slice(0, -1), 'metadata', 'annotations', programAnnotation],
          },
          there: inContainer(container, 'image'),
          fix: named
            ? `Write ${pictured?.facts.name ?? names}, or correct the image.`
            : `Write one of them, or take the annotation away.`,
        },
      ];
    }),
  );
