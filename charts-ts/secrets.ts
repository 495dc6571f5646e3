import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { generatedSecretKeys, stackSecretName } from '../model/environment.ts';
import type { Stack } from '../model/stack.ts';
import { secretProblems } from '../model/secret-problems.ts';
import { renderSecret, type Manifest } from './render.ts';
import { ignoreInGit } from './ignore-in-git.ts';
import { readRegularFile } from './read-file.ts';
import { UserError } from './user-error.ts';

/** 192 bits: 32 characters of base64url, so no quote, slash or backslash that a store would misread. */
const secretBytes = 24;

/** A new value for any secret of a stack. It does not begin with `-`: some programs would take it for an option. */
export function newSecretValue(): string {
  const value = randomBytes(secretBytes).toString('base64url');
  return value.startsWith('-') ? newSecretValue() : value;
}

/** Makes values for a stack's own Secret, and the Secret out of values, for an apply. */
export const secretMakerOf = (
  stack: Stack,
): { readonly value: () => string; readonly object: (values: SecretValues) => Manifest } => ({
  value: newSecretValue,
  object: (values) => mutableSecret(stack, values),
});

/**
 * Mutable, unlike synth's: an apply never overwrites it, and a rotation of an immutable one, which the kubelet caches,
 * has to stop every pod of the stack first.
 * @throws RangeError when the stack has no Secret of its own, or `secretValues` lacks a key.
 */
function mutableSecret(stack: Stack, secretValues: SecretValues): Manifest {
  if (generatedSecretKeys(stack).length === 0)
    throw new RangeError(`The stack "${stack.name}" has no Secret of its own.`);
  return { ...renderSecret(stack, secretValues), immutable: false };
}

type SecretValues = Readonly<Record<string, string>>;

const keptValues = z.record(z.string(), z.string().min(1));

/** Where the values of a stack are kept: outside dist/, which every synth empties, and out of git. */
export function secretsPath(stack: Stack, folder = '.mooring/secrets'): string {
  return join(folder, `${stack.namespace}.${stack.name}.json`);
}

/**
 * The values of the stack's own Secret, made once and kept in the file at `path` (mode 0600). A missing key is added, a
 * present one never changed: the stores' volumes know the old value. Nothing is written for a stack that generates no
 * secret.
 * @throws UserError when the file is unreadable or holds a value a store could not take: new values over old volumes
 * would refuse every client.
 */
export function keptSecrets(stack: Stack, path = secretsPath(stack)): Record<string, string> {
  const keys = generatedSecretKeys(stack).map(({ key }) => key);
  if (keys.length === 0) return {};
  const kept = existsSync(path) ? readKept(stack, path) : {};
  const missing = keys.filter((key) => !Object.hasOwn(kept, key));
  if (missing.length === 0) return pick(kept, keys);
  const made = missing.map((key): [string, string] => [key, newSecretValue()]);
  const all = { ...kept, ...Object.fromEntries(made) };
  // Another synth may have written the file meanwhile: its values hold.
  return write(path, all, Object.keys(kept).length > 0) ? pick(all, keys) : keptSecrets(stack, path);
}

/** The kept values; `undefined` where one is missing. Makes none. @throws UserError as above. */
export function secretsIfKept(stack: Stack, path = secretsPath(stack)): Record<string, string> | undefined {
  const keys = generatedSecretKeys(stack).map(({ key }) => key);
  const kept = existsSync(path) ? readKept(stack, path) : {};
  return keys.every((key) => Object.hasOwn(kept, key)) ? pick(kept, keys) : undefined;
}

function readKept(stack: Stack, path: string): Record<string, string> {
  const kept = parseKept(path);
  const problems = secretProblems(stack, stackSecretName(stack), kept);
  if (problems.length === 0) return kept;
  throw new UserError(
    `${path} holds what a store could not take as its secret:\n${problems.map((line) => `  - ${line}.`).join('\n')}\n` +
      'Correct it there, and in the stores whose volumes know the old value.',
  );
}

function parseKept(path: string): Record<string, string> {
  try {
    return keptValues.parse(JSON.parse(readRegularFile(path, 1)));
  } catch {
    throw new UserError(
      `${path} holds the secrets of this stack, but it is not a JSON object of non-empty texts. Restore it, or write ` +
        'the values of the live Secret into it. Delete it only if no volume of the stack exists: new values over ' +
        'old volumes lock every client out.',
    );
  }
}

/** Writes the file atomically. @returns false when another process made it meanwhile. */
function write(path: string, values: Record<string, string>, replace: boolean): boolean {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  ignoreInGit(dirname(path), '*');
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(values, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (replace) renameSync(draft, path);
    else linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

const pick = (values: Record<string, string>, keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, values[key] ?? '']));
