import { onlyNearest } from '../../model/nearest.ts';
import { setting, slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Custom } from '../graph/custom-objects.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import { selectedBy } from '../graph/ports.ts';
import { listed } from '../listed.ts';
import { steps, valueAt, type Path } from '../source.ts';
import { pathsOf } from './custom-routes.ts';
import { haveCommonHost } from './host-patterns.ts';
import { called, type Check } from './subject.ts';

/** What Istio's objects say of one another. */

const ofMesh = (graph: Graph, kind: string): Custom[] =>
  graph.customs.all.filter((one) => one.kind === kind && one.apiVersion.startsWith('networking.istio.io/'));

const textsAt = ({ doc }: Custom, pattern: string): { readonly text: string; readonly at: Path }[] =>
  pathsOf(doc.value, steps(pattern)).flatMap((at) => {
    const text = valueAt(doc.value, at);
    return typeof text === 'string' ? [{ text, at }] : [];
  });

/** Gateways that a VirtualService names must be there, and one of them be for its hosts. */
export const meshGateways: Check = ({ graph }) =>
  ofMesh(graph, 'VirtualService').flatMap((service): Fault[] => {
    const named = textsAt(service, 'spec.gateways.*').filter(({ text }) => text !== 'mesh');
    const found = named.map(({ text, at }) => {
      const [name = '', namespace = service.namespace] = text.split('/').reverse();
      const all = ofMesh(graph, 'Gateway').filter((one) => one.namespace === namespace);
      return { name, at, namespace, all, gateway: all.find((one) => one.name === name) };
    });
    const missing = found.filter(({ gateway, all }) => !gateway && all.length > 0);
    const isWhole = found.length > 0 && found.every(({ gateway }) => gateway);
    const isMesh = named.length < textsAt(service, 'spec.gateways.*').length;
    return [
      ...missing.map(({ name, namespace, at, all }): Fault => {
        const names = all.map((one) => one.name);
        const right = onlyNearest(name, names);
        const here = placeIn(service, ...at);
        const isAlone = valueAt(service.doc.value, at) === name;
        return {
          code: 'OBJECT_MISSING',
          ...(right === undefined ? { severity: 'unknown' as const } : {}),
          message: `${called(service)} is for Gateway ${name}, which is not in namespace ${namespace}.`,
          here,
          fix: `Name a Gateway that is there: ${listed(names)}.`,
          ...(right === undefined ? {} : setting(here, isAlone ? right : `${namespace}/${right}`)),
        };
      }),
      ...(isWhole && !isMesh
        ? hostless(
            service,
            found.flatMap(({ gateway }) => gateway ?? []),
          )
        : []),
    ];
  });

/** Servers of a Gateway name hosts, each behind the namespace that it lets in. */
function hostless(service: Custom, gateways: readonly Custom[]): Fault[] {
  const hosts = textsAt(service, 'spec.hosts.*');
  const served = gateways.flatMap((one) =>
    textsAt(one, 'spec.servers.*.hosts.*').map(({ text, at }) => ({
      host: text.replace(/^.*\//, ''),
      place: placeIn(one, ...at),
    })),
  );
  const [first] = hosts;
  const isServed = hosts.some(({ text }) => served.some(({ host }) => haveCommonHost(text, host)));
  if (!first || served.length === 0 || isServed) return [];
  return [
    {
      code: 'ROUTE_NOT_ATTACHED',
      message: `${called(service)} is for ${listed(hosts, ({ text }) => text)}, and ${listed(gateways, called)} for ${listed(served, ({ host }) => host)}.`,
      here: placeIn(service, ...first.at),
      ...(served[0] ? { there: served[0].place } : {}),
      fix: 'Write a host that the Gateway is for, or give it that of the route.',
    },
  ];
}

/** A subset must be one of those that a DestinationRule makes of the host, and have labels of its pods. */
export const subsets: Check = ({ graph }) => {
  const rules = ofMesh(graph, 'DestinationRule');
  const hostOf = ({ namespace }: Custom, host: unknown): string =>
    /^[^.]+$/.test(String(host)) ? `${String(host)}.${namespace}.svc.cluster.local` : String(host);
  const namesOf = (rule: Custom) => textsAt(rule, 'spec.subsets.*.name');
  return [
    ...ofMesh(graph, 'VirtualService').flatMap((service) =>
      ['http', 'tcp', 'tls'].flatMap((protocol) =>
        textsAt(service, `spec.${protocol}.*.route.*.destination.subset`).flatMap(({ text, at }): Fault[] => {
          const host = hostOf(service, valueAt(service.doc.value, [...at.slice(0, -1), 'host']));
          const ofHost = rules.filter(
            (rule) => hostOf(rule, valueAt(rule.doc.value, ['spec', 'host'])) === host,
          );
          const names = ofHost.flatMap(namesOf).map((one) => one.text);
          const [rule] = ofHost;
          return !rule || names.includes(text) ? [] : [missingSubset(service, rule, { text, at, names })];
        }),
      ),
    ),
    ...rules.flatMap((rule) => wrongLabels(graph, rule)),
  ];
};

function missingSubset(
  service: Custom,
  rule: Custom,
  { text, at, names }: { readonly text: string; readonly at: Path; readonly names: readonly string[] },
): Fault {
  const here = placeIn(service, ...at);
  return {
    code: 'OBJECT_MISSING',
    message: `${called(service)} leads to subset ${text}, and ${called(rule)} makes ${listed(names) || 'none'} of its host.`,
    here,
    there: placeIn(rule, 'spec', 'subsets'),
    fix: 'Name a subset that is there, or make one.',
    ...slipOf(here, text, names),
  };
}

/** A label with a slip; pods with other labels may come with other manifests. */
function wrongLabels(graph: Graph, rule: Custom): Fault[] {
  const host = String(valueAt(rule.doc.value, ['spec', 'host']));
  const [, name = '', namespace = rule.namespace] = /^([^.]+)(?:\.([^.]+)\.svc\b.*)?$/.exec(host) ?? [];
  const service = graph.find('Service', namespace, name);
  const pods = service ? selectedBy(graph, service) : [];
  return textsAt(rule, 'spec.subsets.*.labels.*').flatMap(({ text, at }): Fault[] => {
    const has = [...new Set(pods.flatMap(({ labels }) => labels[String(at.at(-1))] ?? []))];
    const right = onlyNearest(text, has);
    // `v1` and `v2` are no slips of each other.
    if (has.includes(text) || right === undefined || /\d/.test(text)) return [];
    const here = placeIn(rule, ...at);
    return [
      {
        code: 'SELECTS_NOTHING',
        message: `${called(rule)} makes a subset of pods with ${String(at.at(-1))}: ${text}, and those of Service ${name} have ${listed(has)}.`,
        here,
        fix: `Write ${right}.`,
        ...setting(here, right),
      },
    ];
  });
}
