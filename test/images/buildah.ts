import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../servers/process.ts';
import { findProgram, isRoot } from '../servers/programs.ts';
import { Unavailable } from '../servers/unavailable.ts';

export interface ImageBuild {
  ref: string;
  dockerfile: string;
  context: string;
  /** Default: the context's own. */
  ignoreFile?: string;
  /** Names of what `FROM ${BASE}` may find: a ref already imported into the same builder. */
  base: string;
  args?: Readonly<Record<string, string>>;
  /** `host:inside:ro`, seen by RUN steps only. */
  volumes?: readonly string[];
}

export interface Builder {
  /** An image of one layer: the files of a tar. */
  fromRoot(ref: string, rootTar: string): Promise<void>;
  /** Brings a `docker-archive` in, under the name it has. */
  importArchive(tarPath: string): Promise<void>;
  build(image: ImageBuild): Promise<void>;
  /** Writes a `docker-archive`; answers its size in bytes. */
  export(ref: string, tarPath: string): Promise<number>;
}

/** Runs `work` with a buildah whose storage is its own and is gone afterwards. No daemon, no registry. */
export async function withBuilder<T>(work: (builder: Builder) => Promise<T>): Promise<T> {
  requireBuildah();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-buildah-'));
  const buildah = (...args: string[]) =>
    run('buildah', ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), ...args]);
  try {
    return await work(builderOf(buildah));
  } finally {
    // Its own unmounting: a folder with a mounted layer cannot be removed.
    await buildah('rm', '--all');
    await rm(folder, { recursive: true, force: true });
  }
}

type Buildah = (...args: string[]) => Promise<{ stdout: string }>;

const builderOf = (buildah: Buildah): Builder => ({
  fromRoot: async (ref, rootTar) => {
    const container = (await buildah('from', 'scratch')).stdout.trim();
    await buildah('add', '--quiet', container, rootTar, '/');
    await buildah('commit', '--quiet', container, ref);
    await buildah('rm', container);
  },
  importArchive: async (tarPath) => {
    await buildah('pull', '--quiet', `docker-archive:${tarPath}`);
  },
  build: async ({ ref, dockerfile, context, ignoreFile, base, args = {}, volumes = [] }) => {
    const given = Object.entries({ BASE: base, ...args }).flatMap(([name, value]) => [
      '--build-arg',
      `${name}=${value}`,
    ]);
    const mounted = volumes.flatMap((volume) => ['--volume', volume]);
    const ignored = ignoreFile === undefined ? [] : ['--ignorefile', ignoreFile];
    const where = ['--isolation', 'chroot', '--network', 'host', '--pull-never'];
    await buildah(
      'bud',
      ...where,
      ...given,
      ...mounted,
      ...ignored,
      '--tag',
      ref,
      '--file',
      dockerfile,
      context,
    );
  },
  export: async (ref, tarPath) => {
    await buildah('push', '--quiet', ref, `docker-archive:${tarPath}:${ref}`);
    return (await stat(tarPath)).size;
  },
});

function requireBuildah(): void {
  if (!isRoot()) throw new Unavailable('images for tests', 'building them needs root, and this is not');
  if (findProgram('buildah') === undefined)
    throw new Unavailable('images for tests', 'the Debian package buildah is missing');
}
