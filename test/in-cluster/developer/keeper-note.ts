import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, stillRunning } from '../../lab/process-identity.ts';

/** Where this clone's developer cluster is noted; git-ignored. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', '.mooring', 'cluster');
const NOTE = join(FOLDER, 'keeper.json');
export const KEEPER_LOG = join(FOLDER, 'keeper.log');
/** A ChatStack with the images the cluster has. */
export const STACK_FILE = join(FOLDER, 'stack.yaml');

export interface KeeperNote {
  /** The process that holds the cluster; the cluster ends with it. */
  keeper: string;
  kubeconfigPath: string;
  nodeAddress: string;
  /** Of the stack in `STACK_FILE`. */
  namespace: string;
  operatorImage: string;
}

export async function makeKeeperFolder(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
}

export async function writeNote(note: Omit<KeeperNote, 'keeper'>): Promise<void> {
  await writeFile(NOTE, JSON.stringify({ keeper: await identify(process.pid), ...note }));
}

export async function removeNote(): Promise<void> {
  await rm(NOTE, { force: true });
}

/** The note of the cluster that runs now, with its keeper's process id. */
export async function readNote(): Promise<(KeeperNote & { pid: number }) | undefined> {
  const text = await readFile(NOTE, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const note = JSON.parse(text) as KeeperNote;
  const pid = await stillRunning(note.keeper);
  return pid === undefined ? undefined : { ...note, pid };
}
