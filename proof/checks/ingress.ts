import { nearest } from '../../model/nearest.ts';
import type { Fault } from '../findings.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import { listed } from '../listed.ts';
import { called, type Check } from './subject.ts';

type Ingress = ObjectOf<'Ingress'>;

export interface Route {
  readonly ingress: Ingress;
  readonly host: string | undefined;
  readonly path: string;
  readonly exact: boolean;
  readonly type: string;
  readonly name: string;
  readonly port: string | number;
  readonly at: readonly (string | number)[];
}

/** The paths that lead to Services. */
export function routesOf(ingress: Ingress): Route[] {
  return ingress.content.spec.rules.flatMap(({ host, http }, rule) =>
    (http?.paths ?? []).flatMap(({ path = '/', pathType, backend: { service } }, index): Route[] =>
      service === undefined || service.port.name === actionOfBalancer
        ? []
        : [
            {
              ...{ ingress, host, path, exact: pathType === 'Exact', type: pathType, name: service.name },
              port: service.port.number ?? service.port.name ?? '',
              at: ['spec', 'rules', rule, 'http', 'paths', index],
            },
          ],
    ),
  );
}

/** As a port it says that the Service's name is that of an action, which an annotation of AWS' controller defines. */
const actionOfBalancer = 'use-annotation';

/** A certificate must be for a host of a rule. */
export const certificates: Check = ({ graph }) =>
  graph.ofKind('Ingress').flatMap((ingress) => {
    const { rules, tls } = ingress.content.spec;
    const hosts = rules.flatMap(({ host }) => (host ? [host] : []));
    const named = new Set(hosts);
    const covered = tls.flatMap((entry) => entry.hosts);
    if (tls.length === 0 || hosts.length === 0 || covered.length === 0) return [];
    return [
      ...tls.flatMap((entry, index) =>
        entry.hosts.flatMap((host, position): Fault[] =>
          named.has(host)
            ? []
            : [
                {
                  code: 'TLS_HOST',
                  message: `${called(ingress)} has a certificate for ${host}, but its rules are for ${listed(hosts)}.`,
                  here: placeIn(ingress, 'spec', 'tls', index, 'hosts', position),
                  there: placeIn(ingress, 'spec', 'rules', 0, 'host'),
                  fix: `Write ${nearest(host, hosts) ?? hosts[0] ?? ''} at both.`,
                },
              ],
        ),
      ),
    ];
  });
