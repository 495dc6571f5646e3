import { onlyNearest } from '../../model/nearest.ts';
import { slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Custom } from '../graph/custom-objects.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import { listed } from '../listed.ts';
import { groupOf } from '../schemas/kubernetes-types.ts';
import { steps, valueAt, type Path } from '../source.ts';
import references from './custom-references.json' with { type: 'json' };
import { pathsOf } from './custom-routes.ts';
import { called, type Check } from './subject.ts';

/** What custom resources name of their own group must be there, as custom-references.json says where. */
export const customReferences: Check = ({ graph }) =>
  graph.customs.all.flatMap((custom) =>
    references
      .filter(({ groups }) => groups.includes(groupOf(custom.apiVersion)))
      .flatMap(({ at, kind }) =>
        at
          .flatMap((pattern) => pathsOf(custom.doc.value, ['spec', ...steps(pattern)]))
          .flatMap((path) => missing(graph, custom, path, kind)),
      ),
  );

/** It may be of other manifests, where none of its kind and namespace is here. */
function missing(graph: Graph, custom: Custom, at: Path, usualKind: string): Fault[] {
  const textAt = (field: string, usual: string): string => {
    const found = valueAt(custom.doc.value, [...at, field]);
    return typeof found === 'string' && found !== '' ? found : usual;
  };
  const [name, kind] = [textAt('name', ''), textAt('kind', usualKind)];
  // `name@file` is of another provider of Traefik's.
  if (name === '' || name.includes('@')) return [];
  const isClusters = kind.startsWith('Cluster');
  const namespace = textAt('namespace', custom.namespace);
  const names = graph.customs.all
    .filter((one) => one.kind === kind && groupOf(one.apiVersion) === groupOf(custom.apiVersion))
    .filter((one) => isClusters || one.namespace === namespace)
    .map((one) => one.name);
  if (names.length === 0 || names.includes(name)) return [];
  const here = placeIn(custom, ...at, 'name');
  return [
    {
      code: 'OBJECT_MISSING',
      ...(onlyNearest(name, names) === undefined ? { severity: 'warning' } : {}),
      message: `${called(custom)} names ${kind} ${name}, which is not ${isClusters ? 'there' : `in namespace ${namespace}`}.`,
      here,
      fix: `Name one that is there: ${listed(names)}.`,
      ...slipOf(here, name, names),
    },
  ];
}
