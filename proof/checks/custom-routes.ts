import { webPorts, addressesIn } from '../graph/addresses.ts';
import type { Custom } from '../graph/custom-objects.ts';
import type { Graph } from '../graph/graph.ts';
import { resolveHost } from '../graph/hosts.ts';
import { groupOf } from '../schemas/kubernetes-types.ts';
import { steps, valueAt, type Path } from '../source.ts';
import forms from './custom-routes.json' with { type: 'json' };
import type { Routed } from './routed-service.ts';

/** Services that custom resources of controllers, meshes and scalers lead to, as custom-routes.json says where. */

type Form = (typeof forms)[number];

/** The Services that such objects name: for clients from outside, or for others. */
export const customTargets = (graph: Graph, from: 'outside' | 'inside'): readonly Routed[] =>
  graph.customs.all.flatMap((custom) =>
    forms
      .filter((form) => form.from === from && form.groups.includes(groupOf(custom.apiVersion)))
      .flatMap((form) =>
        form.at
          .flatMap((at) => pathsOf(custom.doc.value, ['spec', ...steps(at)]))
          .map((at) => ({ form, at })),
      )
      .flatMap(({ form, at }) => targetsAt(graph, custom, form, at))
      .map((target): Routed => ({ ...target, custom: true })),
  );

/** Every path of a pattern, in which `*` is each item of a list or field of a map. */
export function pathsOf(value: unknown, [step, ...rest]: readonly string[], at: Path = []): Path[] {
  if (step === undefined) return value === undefined ? [] : [at];
  if (step !== '*') return pathsOf(valueAt(value, [step]), rest, [...at, step]);
  if (Array.isArray(value)) return value.flatMap((one: unknown, index) => pathsOf(one, rest, [...at, index]));
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => pathsOf(one, rest, [...at, key]))
    : [];
}

function targetsAt(graph: Graph, route: Custom, { by, name, port }: Form, at: Path): Routed[] {
  const textAt = (path: string): unknown =>
    valueAt(route.doc.value, [...at, ...(path === '' ? [] : steps(path))]);
  const [written, number] = [textAt(name), portOf(port === undefined ? undefined : textAt(port))];
  const kind = textAt('kind') ?? 'Service';
  if (typeof written !== 'string' || written.includes('@') || kind !== 'Service') return [];
  const places = {
    at: [...at, ...(name === '' ? [] : steps(name))],
    portAt: [...at, ...(port === undefined ? [] : steps(port))],
  };
  if (by === 'address') return addressed(graph, route, written, places.at);
  const named = by === 'host' ? ofHost(graph, route, written) : ofName(route, written, textAt('namespace'));
  return named ? [{ route, ...named, ...(number === undefined ? {} : { port: number }), ...places }] : [];
}

const portOf = (written: unknown): number | string | undefined =>
  typeof written === 'string' && /^\d+$/.test(written)
    ? Number(written)
    : typeof written === 'string' || typeof written === 'number'
      ? written
      : undefined;

type Named = Pick<Routed, 'namespace' | 'name'>;

const ofName = (route: Custom, name: string, namespace: unknown): Named => ({
  name,
  namespace: typeof namespace === 'string' ? namespace : route.namespace,
});

/** A mesh takes a name without dots for one of the route's namespace, and any other for a whole one. */
function ofHost(graph: Graph, route: Custom, host: string): Named | undefined {
  const isDeclared = graph.customs.all.some(({ kind, texts }) => kind === 'ServiceEntry' && texts.has(host));
  const [, name = '', namespace = route.namespace] =
    /^([-a-z0-9]+)(?:\.([-a-z0-9]+)\.svc(?:\..*)?)?$/.exec(host) ?? [];
  return name === '' || isDeclared || !graph.hasNamespace(namespace) ? undefined : { name, namespace };
}

/** Whoever asks is in a namespace of its own: only a whole name says which Service is meant. */
const addressed = (graph: Graph, route: Custom, text: string, at: Path): Routed[] =>
  addressesIn(text, webPorts)
    .filter(({ host }) => host.includes('.'))
    .flatMap(({ host, port }): Routed[] => {
      const found = resolveHost(graph, route.namespace, host);
      const named =
        found.kind === 'service' ? found.service : found.kind === 'missing' && !found.set ? found : undefined;
      return named
        ? [{ route, name: named.name, namespace: named.namespace, port: Number(port), at, portAt: at }]
        : [];
    });
