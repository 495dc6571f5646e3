import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../servers/process.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { debianRoot } from './debian-root.ts';
import { imageOf, type Image } from './image.ts';
import { digestOf } from './sources.ts';

type Log = (line: string) => void;

const ROOT = join(import.meta.dirname, '..', '..');
const HERE = join(import.meta.dirname, 'node-base');
const NODE = join(ROOT, 'node_modules', 'node');
/** The npm that Node 24 is shipped with is of this line. */
const NPM = 'npm@11.21.2';

/** What `FROM docker.io/library/debian:bookworm-slim` is elsewhere. */
export async function debianImage(log: Log): Promise<Image> {
  const { tarPath, recipe } = await debianRoot(log);
  return imageOf({
    name: 'debian',
    recipe,
    build: (builder, ref) => builder.fromRoot(ref, tarPath),
  });
}

/** What `FROM docker.io/library/node:24-bookworm-slim` is elsewhere. */
export async function nodeImage(debian: Image, log: Log): Promise<Image> {
  const version = await nodeVersion();
  const recipe = [debian.ref, NPM, version, await digestOf(HERE, ['Dockerfile'])].join('\n');
  return imageOf({
    name: 'node-base',
    recipe,
    build: async (builder, ref) => {
      log(`Building an image with Node ${version} and ${NPM}.`);
      await builder.importArchive(debian.tarPath);
      await inFolder(async (context) => {
        await cp(join(NODE, 'bin', 'node'), join(context, 'node'));
        await unpackNpm(context);
        await builder.build({ ref, context, base: debian.ref, dockerfile: join(HERE, 'Dockerfile') });
      });
    },
  });
}

/** Gives `work` an empty folder, which is gone afterwards: the context of one build. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-image-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function nodeVersion(): Promise<string> {
  const text = await readFile(join(NODE, 'package.json'), 'utf8').catch((cause: unknown) => {
    throw new Unavailable('the image of Node 24', 'the npm package node is not installed; run npm ci', {
      cause,
    });
  });
  return (JSON.parse(text) as { version: string }).version;
}

async function unpackNpm(context: string): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', context, NPM], {
    cwd: context,
  });
  const tarball = join(context, stdout.trim());
  await run('tar', ['-xzf', tarball, '-C', context]);
  await rm(tarball);
  await run('mv', [join(context, 'package'), join(context, 'npm')]);
}
