import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../servers/process.ts';

/** An image of one layer with one program in it. */
export interface ProgramImage {
  /** What it is called, with its tag. */
  ref: string;
  /** Path of a program that needs no library; it becomes the image's entrypoint. */
  program: string;
}

const MACHINES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Writes an image as a `docker-archive` tar, which containerd imports; no image builder takes part. */
export async function writeImageArchive(image: ProgramImage, tarPath: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-image-'));
  try {
    const [root, archive] = [join(folder, 'root'), join(folder, 'archive')];
    await mkdir(root);
    await mkdir(archive);
    await run('install', ['-m', '755', image.program, join(root, 'program')]);
    await pack(root, join(archive, 'layer.tar'));
    const config = JSON.stringify({
      architecture: MACHINES[process.arch] ?? process.arch,
      os: 'linux',
      config: { Entrypoint: ['/program'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(await readFile(join(archive, 'layer.tar')))}`] },
    });
    const manifest = [{ Config: 'config.json', RepoTags: [image.ref], Layers: ['layer.tar'] }];
    await writeFile(join(archive, 'config.json'), config);
    await writeFile(join(archive, 'manifest.json'), JSON.stringify(manifest));
    await pack(archive, tarPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same content gives the same bytes. */
async function pack(folder: string, tarPath: string): Promise<void> {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await run('tar', [...same, '-C', folder, '-cf', tarPath, '.']);
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
