import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { cachedModels } from '../../scripts/models/cached-models.ts';
import { run } from '../servers/process.ts';
import { inFolder } from './base-images.ts';
import { imageOf, type Image } from './image.ts';
import { digestOf } from './sources.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Where RUN steps find the certificate authorities this machine trusts. */
const AUTHORITIES = '/run/authorities.crt';

type Log = (line: string) => void;

/** An image of a program of this repository, and what its build sees. */
interface Program {
  /** Of its sources. Default: this clone. */
  readonly root?: string;
  readonly name: string;
  readonly dockerfile: string;
  readonly ignoreFile: string;
  /** Paths that the build sees besides those that the ignore file names. */
  readonly further?: readonly string[];
  readonly args?: Readonly<Record<string, string>>;
  /** What it mounts beside npm's settings. */
  readonly volumes?: () => Promise<string[]>;
}

/** The app's image, from its own Dockerfile over a base that needs no registry. */
export const appImage = (base: Image, log: Log): Promise<Image> =>
  programImage(
    {
      name: 'backend',
      dockerfile: 'app/Dockerfile',
      ignoreFile: '.dockerignore',
      volumes: () => models(log),
    },
    base,
    log,
  );

/** The build fetches the embedding models unless it finds them in the cache of its user. */
async function models(log: Log): Promise<string[]> {
  const folder = await cachedModels(log);
  return [`${folder}:/root/.cache/mooring/${basename(folder)}:ro`];
}

const operator: Program = {
  name: 'operator',
  dockerfile: 'operator/Dockerfile',
  ignoreFile: 'operator/Dockerfile.dockerignore',
};

/** The same of the operator. @param root the checkout whose operator it is. */
export const operatorImage = (base: Image, log: Log, root = ROOT): Promise<Image> =>
  programImage({ ...operator, root }, base, log);

/** The operator of the tests' second kind beside the built-in one, as docs/own-kind.md has it built. */
export const ownKindsOperatorImage = (base: Image, log: Log): Promise<Image> =>
  programImage(
    {
      ...operator,
      name: 'own-kinds-operator',
      further: ['test/kinds'],
      args: { ENTRY: 'test/kinds/operator.ts' },
    },
    base,
    log,
  );

async function programImage(
  {
    root = ROOT,
    name,
    dockerfile,
    ignoreFile,
    further = [],
    args = {},
    volumes = () => Promise.resolve([]),
  }: Program,
  base: Image,
  log: Log,
): Promise<Image> {
  const sources = [...(await contextPaths(root, ignoreFile)), ...further];
  const seen = await digestOf(root, [ignoreFile, ...sources]);
  const recipe = [base.ref, seen, ...Object.values(args)].join('\n');
  return imageOf({
    name,
    recipe,
    build: async (builder, ref) => {
      log(`Building an image from ${dockerfile}.`);
      await builder.importArchive(base.tarPath);
      await inFolder(async (settings) => {
        const widened = join(settings, 'dockerignore');
        const own = await readFile(join(root, ignoreFile), 'utf8');
        await writeFile(widened, [own, ...further.map((path) => `!${path}`)].join('\n'));
        await builder.build({
          ref,
          base: base.ref,
          dockerfile: join(root, dockerfile),
          ignoreFile: widened,
          context: root,
          args,
          volumes: [...(await npmSettings(settings)), ...(await volumes())],
        });
      });
    },
  });
}

/** What an ignore file lets into the build: it refuses everything and then names exceptions. */
async function contextPaths(root: string, ignoreFile: string): Promise<string[]> {
  const lines = (await readFile(join(root, ignoreFile), 'utf8')).split('\n');
  return lines
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
    .filter((path) => existsSync(join(root, path)));
}

/** `npm ci` in the build is to reach its registry as npm does here: the user's settings, authorities and cache. */
async function npmSettings(folder: string): Promise<string[]> {
  const setting = async (name: string) => (await run('npm', ['config', 'get', name])).stdout.trim();
  const own = await readFile(await setting('userconfig'), 'utf8').catch(() => '');
  const npmrc = join(folder, 'npmrc');
  const authorities = join(folder, 'authorities.crt');
  await writeFile(npmrc, `${own}\ncafile=${AUTHORITIES}\n`);
  await writeFile(authorities, [...rootCertificates, await extraAuthorities()].join('\n'));
  return [
    `${npmrc}:/root/.npmrc:ro`,
    `${authorities}:${AUTHORITIES}:ro`,
    `${await setting('cache')}:/root/.npm`,
  ];
}

/** No environment of ours reaches the build, so what Node is told by it here, npm is told by its settings there. */
async function extraAuthorities(): Promise<string> {
  const path = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  return path === '' ? '' : readFile(path, 'utf8');
}
