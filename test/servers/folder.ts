import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface ServerFolder {
  path: string;
  /** Removes a temporary folder; leaves one the caller chose. */
  dispose(): Promise<void>;
}

/** Where one server keeps what it stores: `chosen`, for a server that is to be started again, or a temporary one. */
export async function serverFolder(name: string, chosen?: string): Promise<ServerFolder> {
  if (chosen !== undefined) {
    const path = resolve(chosen);
    await mkdir(path, { recursive: true });
    return { path, dispose: () => Promise.resolve() };
  }
  const path = await mkdtemp(join(tmpdir(), `mooring-${name}-`));
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
}
