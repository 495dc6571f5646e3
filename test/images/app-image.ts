import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../servers/process.ts';
import { imageOf, type Image } from './image.ts';
import { digestOf } from './sources.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const IGNORE_FILE = '.dockerignore';

/** The app's image, from its own Dockerfile over a base that needs no registry. */
export async function appImage(base: Image, log: (line: string) => void): Promise<Image> {
  const sources = await contextPaths();
  const recipe = [base.ref, await digestOf(ROOT, [IGNORE_FILE, ...sources])].join('\n');
  return imageOf({
    name: 'backend',
    recipe,
    build: async (builder, ref) => {
      log('Building the image of the app from app/Dockerfile.');
      await builder.importArchive(base.tarPath);
      await builder.build({
        ref,
        base: base.ref,
        dockerfile: join(ROOT, 'app', 'Dockerfile'),
        context: ROOT,
        volumes: await npmSettings(),
      });
    },
  });
}

/** What `.dockerignore` lets into the build: it refuses everything and then names exceptions. */
async function contextPaths(): Promise<string[]> {
  const lines = (await readFile(join(ROOT, IGNORE_FILE), 'utf8')).split('\n');
  return lines
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
    .filter((path) => existsSync(join(ROOT, path)));
}

/** `npm ci` in the build is to reach its registry as npm does here: the user's settings, authorities and cache. */
async function npmSettings(): Promise<string[]> {
  const setting = async (name: string) => (await run('npm', ['config', 'get', name])).stdout.trim();
  const volumes = [
    `${await setting('userconfig')}:/root/.npmrc:ro`,
    `${await setting('cache')}:/root/.npm`,
    '/etc/ssl/certs:/etc/ssl/certs:ro',
  ];
  return volumes.filter((volume) => existsSync(volume.split(':')[0] ?? ''));
}
