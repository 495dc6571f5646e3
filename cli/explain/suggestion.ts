import { pathsOf } from '../../model/document-fields.ts';
import { nearest } from '../../model/nearest.ts';
import { meaningsOfCodes } from './codes.ts';
import type { Subject } from '../subject.ts';
import { variableNames } from './variables.ts';

/** What a name that is nothing's was probably meant to be, as a sentence: a variable, a code, a field, or what a group has. */
export function suggestion({ kind, stack }: Subject, name: string): string {
  const isPath = name.includes('.');
  const known = [...variableNames(stack), ...Object.keys(meaningsOfCodes())];
  const meant = isPath ? undefined : nearest(name.toUpperCase(), known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  const keys = name.split('.');
  const paths = pathsOf(kind.schema);
  const [found, short] = [nearestField(paths, keys, ''), nearestField(paths, keys, 'spec')];
  const { path, isWhole, inside } = found.path === '' ? short : found;
  if (isWhole) return `Did you mean ${path}?`;
  if (path === 'spec') return 'A port is asked for by its number.';
  return inside.length === 0 ? `${path} has no fields.` : `${path} has: ${inside.join(', ')}.`;
}

interface NearestField {
  /** As far as the keys lead, each taken for the nearest one of its group. */
  readonly path: string;
  /** Whether they lead to the end. */
  readonly isWhole: boolean;
  /** The names directly below `path`. */
  readonly inside: readonly string[];
}

function nearestField(
  paths: readonly string[],
  [key, ...rest]: readonly string[],
  group: string,
): NearestField {
  const inside = namesIn(paths, group);
  if (key === undefined) return { path: group, isWhole: true, inside };
  const meant = inside.includes(key) ? key : nearest(key, inside);
  return meant === undefined
    ? { path: group, isWhole: false, inside }
    : nearestField(paths, rest, group === '' ? meant : `${group}.${meant}`);
}

function namesIn(paths: readonly string[], group: string): string[] {
  const start = group === '' ? '' : `${group}.`;
  return paths
    .filter((path) => path.startsWith(start))
    .map((path) => path.slice(start.length))
    .filter((name) => !name.includes('.'));
}
