import { removing, setting } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import { routesOf, type Route } from './ingress.ts';
import { called, type Check } from './subject.ts';

const nginx = 'nginx.ingress.kubernetes.io/';
const [rewriteTarget, useRegex] = [`${nginx}rewrite-target`, `${nginx}use-regex`];

/** ingress-nginx puts the target in the place of the whole path: only groups of the path keep a part of it. */
export const rewrites: Check = ({ graph }) =>
  graph.ofKind('Ingress').flatMap((ingress) => {
    const target = ingress.content.metadata.annotations[rewriteTarget];
    if (target === undefined) return [];
    const lost = routesOf(ingress).filter((route) => losesPath(route, target));
    return lost.slice(0, 1).map((route) => lostPath(ingress, route, target));
  });

const groupsIn = (path: string): number => path.match(/(?<!\\)\((?!\?:)/g)?.length ?? 0;

/** The last group that the target takes; 0: none. */
const groupTaken = (target: string): number =>
  Math.max(0, ...[...target.matchAll(/\$(\d)/g)].map(([, group]) => Number(group)));

/** Whether every longer path is answered as one, or a group is asked for that an exact path has not either. */
const losesPath = ({ path, exact }: Route, target: string): boolean =>
  groupTaken(target) === 0 ? !exact : groupTaken(target) > groupsIn(path);

const lostPath = (ingress: Ingress, { path }: Route, target: string): Fault => ({
  code: 'ROUTE',
  severity: 'warning',
  message: `${called(ingress)} rewrites every path below "${path}" to "${target}"${
    groupTaken(target) > 0
      ? `, and the path has ${groupsIn(path)} groups, none for $${groupTaken(target)}`
      : ''
  }: the rest of the path is lost, and files beside the first page are not found.`,
  here: placeIn(ingress, 'metadata', 'annotations', rewriteTarget),
  fix:
    path === '/'
      ? 'Take the annotation away: below / nothing needs to be rewritten.'
      : `Write path: ${path.replace(/\/$/, '')}(/|$)(.*) with pathType: ImplementationSpecific and rewrite-target: /$2.`,
  ...(path === '/' ? removing(placeIn(ingress, 'metadata', 'annotations', rewriteTarget)) : {}),
});

type Ingress = ObjectOf<'Ingress'>;

/** What no path has that is meant as it is written. */
const isPattern = (path: string): boolean => /[()[\]{}|*+^$\\]/.test(path);

export const isOfNginx = ({ content: { metadata, spec } }: Ingress): boolean =>
  Object.keys(metadata.annotations).some((key) => key.startsWith(nginx)) ||
  (spec.ingressClassName ?? metadata.annotations['kubernetes.io/ingress.class']) === 'nginx';

/** With either annotation ingress-nginx takes all paths of a host for patterns. */
const takesPatterns = ({ content: { metadata } }: Ingress): boolean =>
  metadata.annotations[useRegex] === 'true' || metadata.annotations[rewriteTarget] !== undefined;

/** A path that is a pattern must be taken for one: ingress-nginx does so where an annotation says it, and the type leaves it free. */
export const regexPaths: Check = ({ graph }) => {
  const hosts = new Set(
    graph
      .ofKind('Ingress')
      .filter(takesPatterns)
      .flatMap((ingress) => ingress.content.spec.rules.map(({ host }) => host)),
  );
  return graph
    .ofKind('Ingress')
    .filter(isOfNginx)
    .flatMap((ingress) =>
      routesOf(ingress)
        .filter(({ path }) => isPattern(path))
        .slice(0, 1)
        .flatMap((route) => patternFaults(ingress, route, hosts.has(route.host))),
    );
};

function patternFaults(ingress: Ingress, { path, at, type }: Route, isTaken: boolean): Fault[] {
  const base = { code: 'ROUTE', severity: 'warning' } as const;
  if (!isTaken)
    return [
      {
        ...base,
        message: `${called(ingress)} has the path "${path}", which ingress-nginx takes letter by letter: no annotation says that it is a pattern.`,
        here: placeIn(ingress, ...at, 'path'),
        fix: `Write the annotation ${useRegex}: "true", and pathType: ImplementationSpecific.`,
      },
    ];
  return type === 'ImplementationSpecific'
    ? []
    : [
        {
          ...base,
          message: `${called(ingress)} has the pattern "${path}" with pathType ${type}, which ingress-nginx refuses since 1.12: such a path is no pattern.`,
          here: placeIn(ingress, ...at, 'pathType'),
          there: placeIn(ingress, ...at, 'path'),
          fix: 'Write pathType: ImplementationSpecific.',
          ...setting(placeIn(ingress, ...at, 'pathType'), 'ImplementationSpecific'),
        },
      ];
}
