import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Names } from 'cdk8s';
import type { Stack } from '../model/stack.ts';
import { addStackCharts, chartIds } from './charts/stack-charts.ts';
import { ignoreInGit } from './ignore-in-git.ts';
import type { Manifest } from './manifest.ts';
import { patchedObjects } from './patched.ts';
import type { FoundDocument } from './read-document.ts';
import { keptSecrets } from './secrets.ts';
import { UserError } from './user-error.ts';
import { stringifyManifests } from './yaml.ts';

/** A document's manifests, not written anywhere yet. */
export interface Manifests {
  readonly stack: Stack;
  /** Where the document was, in words. */
  readonly source: string;
  /** The default output folder of `cdk8s synth`. */
  readonly usualFolder: string;
  /** File name → YAML, one file for each chart, in the order in which they are to be applied. */
  readonly files: ReadonlyMap<string, string>;
}

export interface Synthesis {
  readonly stack: Stack;
  /** Where the document was, in words. */
  readonly source: string;
  /** The folder the manifests are in, one file for each chart. */
  readonly folder: string;
  /** Their names. */
  readonly files: readonly string[];
}

const { outputFileExtension: extension } = new App();

/** The file of the stack's own Secret, which stays out of git. */
export const secretsFile = `${chartIds.secrets}${extension}`;

/**
 * The manifests of a document.
 * @param secretsOf gives the values of the stack's own Secret.
 * @throws UserError or StackError, in words for the user.
 */
export function manifestsOf(
  found: FoundDocument,
  secretsOf: (stack: Stack) => Record<string, string>,
): Manifests {
  const { source } = found;
  const stack = found.stack();
  const app = new App();
  const charts = addStackCharts(app, stack, { secretValues: secretsOf(stack) });
  // Not chart.toJson(): it looks for dependencies between all objects of the app again for each chart.
  const rendered = charts.map((chart) => chart.apiObjects.map((object) => object.toJson() as Manifest));
  const patched = [...patchedObjects(stack, rendered.flat())];
  const files = charts.map((chart, index): [string, string] => [
    `${Names.toDnsLabel(chart)}${extension}`,
    stringifyManifests(patched.splice(0, rendered[index]?.length)),
  ]);
  return { stack, source, usualFolder: app.outdir, files: new Map(files) };
}

/**
 * Writes the manifests of a document to `folder` (else where `cdk8s synth` says, else `dist`). Manifests of an earlier
 * synth are removed: a removed service must not be applied again. Links are never followed.
 * @throws UserError or StackError, in words for the user, before anything is written.
 */
export function synth(found: FoundDocument, folder?: string): Synthesis {
  const { stack, source, usualFolder, files } = manifestsOf(found, keptSecrets);
  const into = folder ?? usualFolder;
  refuseOthers(into);
  try {
    replaceManifests(into, files);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw cannotWrite(into, error.message, error);
  }
  return { stack, source, folder: into, files: [...files.keys()] };
}

function replaceManifests(into: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(into, { recursive: true });
  ignoreInGit(into, secretsFile);
  for (const file of manifestsIn(into)) rmSync(join(into, file));
  for (const [name, text] of files)
    writeFileSync(join(into, name), text, { flag: 'wx', ...(name === secretsFile ? { mode: 0o600 } : {}) });
}

/** Refuses a link and a file: what is there is not ours to replace. */
function refuseOthers(into: string): void {
  const stat = lstatSync(into, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink())
    throw cannotWrite(into, 'it is a link, and the files it leads to are not removed or written over');
  if (stat && !stat.isDirectory()) throw cannotWrite(into, 'it is a file; manifests are written to a folder');
  const folder = stat && manifestsIn(into).find((file) => lstatSync(join(into, file)).isDirectory());
  if (folder !== undefined) throw cannotWrite(into, `${folder} in it is a folder`);
}

const cannotWrite = (into: string, reason: string, cause?: Error): UserError =>
  new UserError(`${into} cannot be written: ${reason}. Move it away, then run again.`, {
    code: 'CANNOT_WRITE',
    cause,
  });

/** The names of the manifests in a folder, as an earlier synth left them. */
export function manifestsIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(extension)) : [];
}
