import { onlyNearest } from '../../model/nearest.ts';
import { replacing } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { programAnnotation, programCalled, programOfImage, saidProgram } from '../graph/programs.ts';
import { called, containerCalled, inContainer, type Check } from './subject.ts';

/** The annotation that says what a container runs must name a known program, and not contradict a known image. */
export const saidPrograms: Check = ({ graph, programs, beside }) => {
  const images = beside.images.flatMap(({ name }) => name ?? []);
  const names = [...programs.map(({ facts }) => facts.name), ...images].join(', ');
  return graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const said = saidProgram(workload, container);
      if (said === undefined || images.includes(said)) return [];
      const named = programCalled(programs, said);
      const pictured = programOfImage(programs, container) ?? named;
      if (named && pictured && pictured.facts.name === named.facts.name) return [];
      const { image = '' } = container.spec;
      const meant = onlyNearest(said, [...programs.map(({ facts }) => facts.name), ...images]);
      const place = {
        doc: workload.object.doc,
        path: [...workload.podPath.slice(0, -1), 'metadata', 'annotations', programAnnotation],
      };
      return [
        {
          code: 'PROGRAM_SAID',
          ...(named && pictured
            ? {
                message: `${containerCalled(workload, container)} is said to run ${said}, and its image ${image} is ${pictured.facts.product}'s.`,
                fix: `Write ${pictured.facts.name}, or correct the image.`,
              }
            : {
                message: `${called(workload)} is said to run "${said}"; the programs that are known are ${names}.`,
                fix: 'Write one of them, or take the annotation away.',
                ...(meant === undefined ? {} : replacing(place, said, meant)),
              }),
          here: place,
          there: inContainer(container, 'image'),
        },
      ];
    }),
  );
};
