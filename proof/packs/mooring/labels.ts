import { distance } from 'fastest-levenshtein';
import type { Fault } from '../../findings.ts';
import { placeIn, type AnyObject } from '../../graph/objects.ts';
import {
  instanceLabel,
  managedByLabel,
  isManagedByMooring,
  nameLabel,
  mooring,
} from '../../graph/managed-by.ts';
import type { Workload } from '../../graph/workloads.ts';
import { called, when, type Check } from '../../checks/subject.ts';

const partOfLabel = 'app.kubernetes.io/part-of';
const componentLabel = 'app.kubernetes.io/component';

const at = (object: AnyObject, label: string) => placeIn(object, 'metadata', 'labels', label);

/** A typo in the label that names the manager. */
export const manager: Check = ({ graph }) =>
  graph.objects.flatMap((object) => {
    const written = object.labels[managedByLabel] ?? mooring;
    return when(written !== mooring && distance(written, mooring) <= 2, () => ({
      code: 'LABELS',
      message: `${called(object)} is managed by "${written}", it says; others of its kind by "${mooring}".`,
      here: at(object, managedByLabel),
      fix: `Write ${mooring}.`,
    }));
  });

/** `part-of` and `instance` name the same stack. */
export const wholes: Check = ({ graph }) =>
  graph.objects.filter(isManagedByMooring).flatMap((object) => {
    const [stack, whole] = [object.labels[instanceLabel], object.labels[partOfLabel]];
    return when(stack !== undefined && whole !== undefined && stack !== whole, () => ({
      code: 'LABELS',
      message: `${called(object)} is an instance of "${stack ?? ''}" and a part of "${whole ?? ''}".`,
      here: at(object, partOfLabel),
      there: at(object, instanceLabel),
      fix: 'Write the name of the stack at both.',
    }));
  });

/** The objects of one service have one component. */
export const components: Check = ({ graph }) => {
  const ours = graph.objects.filter(
    (object) => isManagedByMooring(object) && object.labels[nameLabel] !== undefined,
  );
  const services = Map.groupBy(ours, ({ labels }) =>
    JSON.stringify([labels[instanceLabel], labels[nameLabel]]),
  );
  return [...services.values()].flatMap((kin) => {
    const componentOf = ({ labels }: AnyObject): string => labels[componentLabel] ?? '(nothing)';
    const usual = commonest(kin.map(componentOf));
    const other = kin.find(({ labels }) => labels[componentLabel] === usual);
    const odd = kin.filter((object) => componentOf(object) !== usual);
    return odd.map((object) => ({
      code: 'LABELS' as const,
      message: `${called(object)} is a "${componentOf(object)}", other objects of its service are "${usual}".`,
      here: at(object, componentLabel),
      ...(other ? { there: at(other, componentLabel) } : {}),
      fix: 'Make them agree.',
    }));
  });
};

function commonest(words: readonly string[]): string {
  const alike = [...Map.groupBy(words, (word) => word).values()];
  return alike.reduce((most, some) => (some.length > most.length ? some : most), [])[0] ?? '';
}

/** The pods and claims a workload makes have the workload's labels. */
export const copies: Check = ({ graph }) =>
  graph.workloads
    .filter(({ object }) => isManagedByMooring(object))
    .flatMap((workload) =>
      made(workload).flatMap(({ labels, path }) =>
        Object.entries(labels).flatMap(([label, value]): Fault[] => {
          const own = workload.object.labels[label];
          return when(own !== undefined && own !== value, () => ({
            code: 'LABELS',
            message: `${called(workload)} has ${label} "${own ?? ''}", what it makes has "${value}".`,
            here: placeIn(workload.object, ...path, label),
            there: at(workload.object, label),
            fix: 'Write one value at both.',
          }));
        }),
      ),
    );

const made = ({ labels, podPath, claims }: Workload) => [
  { labels, path: [...podPath.slice(0, -1), 'metadata', 'labels'] },
  ...claims.map(({ metadata }, index) => ({
    labels: metadata.labels,
    path: ['spec', 'volumeClaimTemplates', index, 'metadata', 'labels'],
  })),
];
