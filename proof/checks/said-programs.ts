import { repositoryOf } from '../../model/image-repository.ts';
import type { Fault } from '../findings.ts';
import { programAnnotation, saidProgram } from '../graph/programs.ts';
import { called, containerCalled, type Check } from './subject.ts';

/** The annotation that says what a container runs must name a known program, and not contradict a known image. */
export const saidPrograms: Check = ({ graph, programs }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const said = saidProgram(workload, container);
      if (said === undefined) return [];
      const named = programs.find(({ service, facts }) => said === facts.name || said === service.name);
      const { image = '' } = container.spec;
      const pictured = programs.find(({ facts }) => facts.image === repositoryOf(image));
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
          there: { doc: container.place.doc, path: [...container.place.path, 'image'] },
          fix: named
            ? `Write ${pictured?.facts.name ?? names}, or correct the image.`
            : `Write one of them, or take the annotation away.`,
        },
      ];
    }),
  );
