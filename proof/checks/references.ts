import { nearest, onlyNearest } from '../../model/nearest.ts';
import { setting, slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { textsOf } from '../graph/environment.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn, type AnyObject } from '../graph/objects.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { called, inContainer, inPod, when, type Check, type Subject } from './subject.ts';

/** A name of a ConfigMap or Secret, and maybe of keys in it, somewhere in a pod. */
interface Reference {
  readonly workload: Workload;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly keys: readonly { readonly key: string; readonly place: Place }[];
  readonly optional: boolean;
  readonly place: Place;
}

/** ConfigMaps that Kubernetes makes in every namespace. */
const madeByKubernetes = ['kube-root-ca.crt'];

/** ConfigMaps and keys that pods refer to must exist. A Secret may be outside the manifests; a key of one among them may not. */
export const configuration: Check = (subject) =>
  subject.graph.workloads.flatMap((workload) =>
    referencesOf(workload).flatMap((reference) => missing(subject, reference)),
  );

function missing({ graph }: Subject, reference: Reference): Fault[] {
  const { workload, kind, name, keys, optional } = reference;
  if (optional || madeByKubernetes.includes(name)) return [];
  const found = graph.find(kind, workload.namespace, name);
  if (!found) return missingObject(graph, reference);
  const binary = found.kind === 'ConfigMap' ? Object.keys(found.content.binaryData) : [];
  const known = [...Object.keys(textsOf(found)), ...binary];
  return keys
    .filter(({ key }) => !known.includes(key))
    .map(({ key, place: here }) => {
      const like = nearest(key, known);
      return {
        code: 'KEY_MISSING' as const,
        message: `${called(workload)} takes key "${key}" from ${kind} ${name}, which has ${known.join(', ') || 'no key'}; its pods will not start.`,
        here,
        there: placeIn(found, 'data'),
        fix: like ? `Write ${like}.` : `Add the key to ${kind} ${name}, or take another.`,
        ...slipOf(here, key, known),
      };
    });
}

/** A missing Secret is reported only where the manifests have one that was probably meant. */
function missingObject(graph: Graph, { workload, kind, name, keys, place }: Reference): Fault[] {
  const all = graph.ofKind(kind);
  const others = all.filter(({ namespace }) => namespace === workload.namespace);
  const near = nearest(
    name,
    others.map((other) => other.name),
  );
  const twin = graph.find(kind === 'Secret' ? 'ConfigMap' : 'Secret', workload.namespace, name);
  const meant =
    twin ??
    all.find((one) => one.name === name) ??
    others.find((one) => one.name === near) ??
    others.find((one) => keys.some(({ key }) => key in textsOf(one)) && !isUsed(graph, one));
  const only = onlyNearest(
    name,
    others.map((other) => other.name),
  );
  const holds = others.find((one) => one.name === only && keys.every(({ key }) => key in textsOf(one)));
  const fix = meant ? `Write ${meant.name}.` : `Add the ${kind}, or correct its name.`;
  return when(kind === 'ConfigMap' || meant, () => ({
    code: 'OBJECT_MISSING',
    ...(meant || others.length > 0 ? {} : { severity: 'unknown' }),
    message: `${called(workload)} takes values from ${kind} ${name}, which is not in namespace ${workload.namespace}; its pods will not start.`,
    here: place,
    ...(meant ? { there: placeIn(meant, 'metadata', 'name') } : {}),
    fix: twin
      ? `It is a ${twin.kind}: make it a ${kind}, or refer to it as what it is.`
      : meant?.name === name
        ? `It is in namespace ${meant.namespace}: put both into one.`
        : fix,
    ...(holds && !twin ? setting(place, holds.name) : {}),
  }));
}

/** Whether any pod refers to a ConfigMap or Secret. */
const isUsed = (graph: Graph, object: AnyObject): boolean =>
  graph.workloads.some(
    (workload) =>
      workload.namespace === object.namespace &&
      referencesOf(workload).some(({ kind, name }) => kind === object.kind && name === object.name),
  );

function referencesOf(workload: Workload): Reference[] {
  return [
    ...workload.containers.flatMap((container) => fromContainer(workload, container)),
    ...workload.pod.volumes.flatMap(({ configMap, secret, projected }, index): Reference[] => {
      const at = (...path: (string | number)[]) => inPod(workload, 'volumes', index, ...path);
      const base = { workload, keys: [] };
      const items = (list: readonly { key: string }[], ...path: string[]) =>
        list.map(({ key }, item) => ({ key, place: at(...path, 'items', item, 'key') }));
      return [
        ...(configMap
          ? [
              {
                ...base,
                kind: 'ConfigMap' as const,
                ...configMap,
                keys: items(configMap.items, 'configMap'),
                place: at('configMap', 'name'),
              },
            ]
          : []),
        ...(secret
          ? [
              {
                ...base,
                kind: 'Secret' as const,
                ...secret,
                name: secret.secretName,
                keys: items(secret.items, 'secret'),
                place: at('secret', 'secretName'),
              },
            ]
          : []),
        ...(projected?.sources ?? []).flatMap((source, part) => [
          ...(source.configMap
            ? [
                {
                  ...base,
                  kind: 'ConfigMap' as const,
                  ...source.configMap,
                  place: at('projected', 'sources', part, 'configMap', 'name'),
                },
              ]
            : []),
          ...(source.secret
            ? [
                {
                  ...base,
                  kind: 'Secret' as const,
                  ...source.secret,
                  place: at('projected', 'sources', part, 'secret', 'name'),
                },
              ]
            : []),
        ]),
      ];
    }),
  ];
}

function fromContainer(workload: Workload, container: Container): Reference[] {
  const keyed = container.spec.env.flatMap(({ valueFrom }, index) =>
    (['secretKeyRef', 'configMapKeyRef'] as const).flatMap((field): Reference[] => {
      const wanted = valueFrom?.[field];
      if (!wanted) return [];
      const at = (part: string) => inContainer(container, 'env', index, 'valueFrom', field, part);
      const { name, key, optional } = wanted;
      const kind = field === 'secretKeyRef' ? 'Secret' : 'ConfigMap';
      return [{ workload, kind, name, optional, keys: [{ key, place: at('key') }], place: at('name') }];
    }),
  );
  const whole = container.spec.envFrom.flatMap((source, index) =>
    (['secretRef', 'configMapRef'] as const).flatMap((field): Reference[] => {
      const wanted = source[field];
      const kind = field === 'secretRef' ? 'Secret' : 'ConfigMap';
      return wanted
        ? [
            {
              workload,
              kind,
              name: wanted.name,
              optional: wanted.optional,
              keys: [],
              place: inContainer(container, 'envFrom', index, field, 'name'),
            },
          ]
        : [];
    }),
  );
  return [...keyed, ...whole];
}
