import { removing } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import { routesOf, type Route } from './ingress.ts';
import { called, type Check } from './subject.ts';

const rewriteTarget = 'nginx.ingress.kubernetes.io/rewrite-target';

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

const lostPath = (ingress: ObjectOf<'Ingress'>, { path }: Route, target: string): Fault => ({
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
