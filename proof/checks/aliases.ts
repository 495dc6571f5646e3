import { setting } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import type { Service } from '../graph/ports.ts';
import type { Routed } from './routed-service.ts';
import { called, type Check } from './subject.ts';

/** Services that are names for others, by the `externalName` of these. */

const at = ['spec', 'externalName'] as const;

/** A name for a Service, as far as it is written with a namespace or alone. */
interface Alias {
  readonly alias: Service;
  readonly name: string;
  readonly namespace: string;
  readonly isWhole: boolean;
}

const aliasesIn = (graph: Graph): Alias[] =>
  graph.ofKind('Service').flatMap((alias): Alias[] => {
    const { type, externalName = '' } = alias.content.spec;
    const [, name, namespace = alias.namespace, svc, domain] =
      /^([-a-z0-9]+)(?:\.([-a-z0-9]+)(\.svc(\.\S+)?)?)?\.?$/.exec(externalName) ?? [];
    if (type !== 'ExternalName' || name === undefined) return [];
    // `example.org` is a name of the world.
    if (svc === undefined && !graph.find('Service', namespace, name)) return [];
    return [{ alias, name, namespace, isWhole: domain !== undefined }];
  });

/** The Services that such names stand for. */
export const aliasTargets = (graph: Graph): Routed[] =>
  aliasesIn(graph).map(({ alias, name, namespace }) => ({ route: alias, name, namespace, at, portAt: at }));

/** It is answered as it is: what completes a name for pods is not applied to it. */
export const shortAliases: Check = ({ graph }) =>
  aliasesIn(graph).flatMap(({ alias, name, namespace, isWhole }): Fault[] => {
    if (isWhole) return [];
    const right = `${name}.${namespace}.svc.cluster.local`;
    return [
      {
        code: 'HOST_UNKNOWN',
        severity: 'warning',
        message: `${called(alias)} stands for "${alias.content.spec.externalName ?? ''}", which is looked up as it is written, and not in the cluster's domain.`,
        here: placeIn(alias, ...at),
        fix: `Write ${right}.`,
        ...setting(placeIn(alias, ...at), right),
      },
    ];
  });
