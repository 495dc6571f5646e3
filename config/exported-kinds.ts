import type { Kinds } from '../model/kinds.ts';
import type { StackKind } from '../model/stack-kind.ts';
import type { Stack } from '../model/stack.ts';
import { ConfigError } from './config-error.ts';
import { kindOfStack } from './kind-of-stack.ts';
import type { Loaded } from './load.ts';
import { lineOf } from './place.ts';

/** The kinds that a configuration file exports, then the built-in ones. @throws ConfigError for anything else. */
export function exportedKinds({ file, exported }: Loaded, builtIn: Kinds): Kinds {
  const refuse = refusalIn(file);
  const known = builtIn.flatMap(({ programs }) => programs);
  if (isStack(exported)) return [kindOfStack(exported, file, known), ...builtIn];
  const kinds = (Array.isArray(exported) ? (exported as readonly unknown[]) : [exported]).map((one) => {
    if (isKind(one)) return one;
    throw refuse(
      exported === undefined
        ? 'it has no default export'
        : `its default export ${Array.isArray(exported) ? 'has' : 'is'} ${whatItIs(one)}`,
    );
  });
  const [first, ...others] = new Set([...kinds, ...builtIn]);
  if (first === undefined || kinds.length === 0) throw refuse('its default export is an empty list');
  const twice = [first, ...others].find(
    (one, index, all) => all.findIndex(({ kind }) => kind === one.kind) < index,
  );
  if (twice) throw refuse(`two kinds are called ${twice.kind}`);
  return [first, ...others];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** As `defineStack` marks it. */
const isStack = (value: unknown): value is Stack =>
  isObject(value) && 'checked' in value && value.checked === true && 'services' in value;

/** As `defineKind` marks it. */
const isKind = (value: unknown): value is StackKind =>
  isObject(value) && 'unstated' in value && Array.isArray(value.unstated) && 'kind' in value;

function whatItIs(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isStack(value)) return 'a stack among others';
  if (!isObject(value)) return `a ${typeof value}`;
  if ('services' in value) return 'an object with services that defineStack did not make';
  if ('schema' in value) return 'an object with a schema that defineKind did not make';
  return value instanceof Promise ? 'a promise' : 'an object of another form';
}

const refusalIn =
  (file: string) =>
  (what: string): ConfigError => {
    const line = lineOf(file, (text) => /^\s*export\s+(default\b|\{[^}]*\bdefault\b)/.test(text));
    return new ConfigError(
      `${line === undefined ? file : `${file}:${line}`}: ${what}; expected one stack, or one kind or a list of them with different names.\nWrite "export default defineStack({…})", or "export default" with what defineKind returns.`,
    );
  };
