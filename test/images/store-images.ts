import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { neo4jProgram } from '../servers/neo4j/build.ts';
import { run } from '../servers/process.ts';
import { inFolder } from './base-images.ts';
import { imageOf, type Image } from './image.ts';
import { digestOf } from './sources.ts';
import { pipWithWheels, wheels } from './wheels.ts';

type Log = (line: string) => void;

/** What a stand-in is made of beside its own folder. */
interface StandIn {
  name: string;
  /** Everything its additions depend on. */
  extra: string;
  /** Puts them into the build's context, beside the files of its folder. */
  add: (context: string) => Promise<void>;
}

/** Redis as Debian builds it. */
export const redisImage = (debian: Image, log: Log): Promise<Image> =>
  standIn({ name: 'redis', extra: '', add: () => Promise.resolve() }, debian, log);

/** Neo4j Community's jars behind the rules of the official entrypoint. */
export async function neo4jImage(debian: Image, log: Log): Promise<Image> {
  const { cwd } = await neo4jProgram(log);
  const jars = (await readdir(join(cwd, 'lib'))).sort();
  return standIn(
    {
      name: 'neo4j',
      extra: jars.join('\n'),
      add: async (context) => {
        await cp(join(cwd, 'lib'), join(context, 'lib'), { recursive: true });
        await compile(context, join(cwd, 'lib', '*'));
      },
    },
    debian,
    log,
  );
}

async function compile(context: string, classPath: string): Promise<void> {
  const classes = join(context, 'classes');
  await run('javac', ['--release', '17', '-cp', classPath, '-d', classes, join(context, 'StandIn.java')]);
  await run('jar', ['--create', '--file', join(context, 'stand-in.jar'), '-C', classes, '.']);
}

const QDRANT = join(import.meta.dirname, '..', 'servers', 'qdrant');

/** Qdrant's engine behind the part of its REST API the tests' server speaks. */
export async function qdrantImage(debian: Image, log: Log): Promise<Image> {
  const modules = (await readdir(QDRANT)).filter((name) => name.endsWith('.py')).sort();
  const requirements = join(QDRANT, 'requirements.txt');
  return standIn(
    {
      name: 'qdrant',
      extra: `${await digestOf(QDRANT, [...modules, 'requirements.txt'])}\n${wheels().join(' ')}`,
      add: async (context) => {
        await mkdir(join(context, 'server'));
        for (const name of modules) await cp(join(QDRANT, name), join(context, 'server', name));
        const target = ['--no-deps', '--no-compile', '--target', join(context, 'packages')];
        await pipWithWheels("Qdrant's engine", 'install', [...target, '--requirement', requirements]);
      },
    },
    debian,
    log,
  );
}

async function standIn({ name, extra, add }: StandIn, debian: Image, log: Log): Promise<Image> {
  const folder = join(import.meta.dirname, name);
  const own = await digestOf(folder, await readdir(folder).then((names) => names.sort()));
  const code = await readFile(import.meta.filename, 'utf8');
  return imageOf({
    name,
    recipe: [debian.ref, own, extra, code].join('\n'),
    build: async (builder, ref) => {
      log(`Building the stand-in for ${name}.`);
      await builder.importArchive(debian.tarPath);
      await inFolder(async (context) => {
        await cp(folder, context, { recursive: true });
        await add(context);
        await builder.build({ ref, context, base: debian.ref, dockerfile: join(context, 'Dockerfile') });
      });
    },
  });
}
