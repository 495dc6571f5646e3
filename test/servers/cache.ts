import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { check, lock } from 'proper-lockfile';
import { cacheRoot } from '../../scripts/cache-root.ts';
import { Unavailable } from './unavailable.ts';

/** A thing that is slow to make and the same for everybody who makes it by the same recipe. */
export interface Tool {
  name: string;
  version: string;
  /** Everything the result depends on beside the machine: commands, pinned inputs. Another recipe is another entry. */
  recipe: string;
}

/** A lock whose holder has not renewed it for so long is dead; holders renew it every half of that. */
const STALE_MS = 30_000;

/**
 * The folder where `tool` is kept, made by `build` if it is not there yet. `build` gets an empty folder to fill;
 * only when it succeeds does the folder take its name, so a half-made tool is never seen. Other processes that
 * want the same tool meanwhile wait for it. Rejects, leaving nothing behind, when `build` fails; an `Unavailable`
 * it throws comes through as it is.
 */
export async function cached(tool: Tool, build: (dir: string) => Promise<void>): Promise<string> {
  const target = join(cacheRoot(), entryName(tool));
  if (existsSync(target)) return target;
  await mkdir(cacheRoot(), { recursive: true });
  if (await check(target, { realpath: false, stale: STALE_MS }))
    process.stderr.write(`Waiting for another process that makes ${tool.name} ${tool.version}.\n`);
  const release = await lock(target, {
    realpath: false,
    stale: STALE_MS,
    retries: { forever: true, factor: 1, minTimeout: 250, maxTimeout: 250 },
  });
  try {
    if (!existsSync(target)) await make(tool, target, build);
  } finally {
    await release();
  }
  return target;
}

/** Under the lock, so that what lies in the temporary folder can only be the remains of a maker that died. */
async function make(tool: Tool, target: string, build: (dir: string) => Promise<void>): Promise<void> {
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  try {
    await build(unfinished);
    await rename(unfinished, target);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    if (cause instanceof Unavailable) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Could not make ${tool.name} ${tool.version}: ${reason}`, { cause });
  }
}

function entryName(tool: Tool): string {
  const hash = createHash('sha256').update(tool.recipe).digest('hex').slice(0, 12);
  return `${tool.name}-${tool.version}-${process.platform}-${process.arch}-${hash}`;
}
