import { glob, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { debianImage, nodeImage } from '../images/base-images.ts';
import { buildStoreImages } from '../images/build-images.ts';
import { cached } from '../servers/cache.ts';
import { capture, run } from '../servers/process.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { NODE_NAME } from './addresses.ts';
import { createCapsule } from './capsule.ts';
import { containerdRoot, startContainerd } from './node.ts';
import { makePlace, removePlace } from './place.ts';
import { systemImages } from './system-images.ts';

/** What containerd keeps, with images that seldom change: to unpack them takes half a minute, to copy it a second. */
export interface ImageStore {
  readonly folder: string;
  /** The archives whose images it has. */
  readonly archives: readonly string[];
}

/** The store of this machine, made on first use. @param cni the folder of the CNI plugins. */
export async function imageStore(cni: string): Promise<ImageStore> {
  const archives = [...(await systemImages()), ...(await storeImages())];
  const { stdout } = await run('containerd', ['--version']);
  const recipe = [stdout, ...archives].join('\n');
  const folder = await cached({ name: 'image-store', version: '1', recipe }, (made) =>
    fill(join(made, STORE), archives, cni),
  );
  return { folder: join(folder, STORE), archives };
}

const STORE = 'containerd';

/** Those of a stack's stores, and the base of this repository's programs; none where no image can be built. */
async function storeImages(): Promise<string[]> {
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const { redis, neo4j, qdrant } = await buildStoreImages(tell);
    const base = await nodeImage(await debianImage(tell), tell);
    return [base, redis, neo4j, qdrant].map(({ tarPath }) => tarPath);
  } catch (error) {
    if (error instanceof Unavailable) return [];
    throw error;
  }
}

async function fill(target: string, archives: readonly string[], cni: string): Promise<void> {
  process.stderr.write(
    'Unpacking images into a store of containerd (half a minute); it is kept for later runs.\n',
  );
  const place = await makePlace();
  const capsule = await createCapsule(place.folder, basename(place.folder));
  try {
    const site = { folder: place.folder, capsule, node: NODE_NAME };
    const { importImage, stop } = await startContainerd(site, cni);
    for (const archive of archives) await importImage(archive);
    await stop();
    await run('cp', ['-a', containerdRoot(site), target]);
  } finally {
    await capsule.destroy();
    await removePlace(place);
  }
}

/**
 * Copies a store to a folder that does not exist. Layers and archives are never written to, so both have the same files
 * where they are on one filesystem; containerd's databases are each one's own.
 */
export async function copyStore(store: ImageStore, target: string): Promise<void> {
  const linked = await capture('cp', ['-al', store.folder, target]);
  if (linked.code !== 0) {
    await rm(target, { recursive: true, force: true });
    await run('cp', ['-a', store.folder, target]);
  }
  for await (const database of glob('*/*.db', { cwd: target })) {
    const path = join(target, database);
    await run('cp', ['-a', path, `${path}.own`]);
    await rename(`${path}.own`, path);
  }
}
