import { onlyNearest } from '../../model/nearest.ts';
import { slipOf } from '../changes.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import { allClaims } from '../graph/volume-claims.ts';
import { listed } from '../listed.ts';
import { valueAt, type Place } from '../source.ts';
import { called, inPod, type Check } from './subject.ts';

const classKinds = ['PriorityClass', 'RuntimeClass', 'StorageClass', 'IngressClass'] as const;

/** A class as something asks for it by name. */
interface Asked {
  readonly kind: (typeof classKinds)[number];
  readonly who: string;
  readonly place: Place;
  readonly lacks: string;
}

/** A class that is asked for must be there. It may be of other manifests, unless one is called almost so. */
export const classes: Check = ({ graph }) => {
  const known = new Map(classKinds.map((kind) => [kind, graph.ofKind(kind).map(({ name }) => name)]));
  return askedIn(graph).flatMap(({ kind, who, place, lacks }) => {
    const [names, wanted] = [known.get(kind) ?? [], valueAt(place.doc.value, place.path)];
    if (typeof wanted !== 'string' || wanted === '' || names.length === 0 || names.includes(wanted))
      return [];
    if (kind === 'PriorityClass' && wanted.startsWith('system-')) return [];
    const near = onlyNearest(wanted, names);
    return [
      {
        code: 'OBJECT_MISSING' as const,
        ...(near === undefined || isSibling(near, wanted) ? { severity: 'unknown' as const } : {}),
        message: `${who} of ${kind} ${wanted}, which is not there; ${lacks}.`,
        here: place,
        fix: `Name a class that is there: ${listed(names)}.`,
        ...slipOf(place, wanted, names),
      },
    ];
  });
};

/** `gp2` beside `gp3`: another of a row, which a cluster may have of its own. */
const isSibling = (one: string, other: string): boolean =>
  one.replaceAll(/\d+/g, '') === other.replaceAll(/\d+/g, '');

const askedIn = (graph: Graph): Asked[] => [
  ...graph.workloads.flatMap((workload): Asked[] =>
    (
      [
        ['PriorityClass', 'priorityClassName'],
        ['RuntimeClass', 'runtimeClassName'],
      ] as const
    ).map(([kind, field]) => ({
      ...{ kind, who: `The pods of ${called(workload)} are`, place: inPod(workload, field) },
      lacks: 'none of them will be made',
    })),
  ),
  ...allClaims(graph).map(({ object, path }): Asked => ({
    ...{ kind: 'StorageClass', who: `A claim of ${called(object)} is` },
    ...{ place: placeIn(object, ...path, 'storageClassName'), lacks: 'it stays without a volume' },
  })),
  ...graph.ofKind('Ingress').map((ingress): Asked => ({
    ...{ kind: 'IngressClass', who: `${called(ingress)} is` },
    ...{ place: placeIn(ingress, 'spec', 'ingressClassName'), lacks: 'no controller serves it' },
  })),
];
