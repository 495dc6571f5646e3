import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inFolder } from './base-images.ts';
import { imageOf, type Image } from './image.ts';
import { digestOf } from './sources.ts';
import { pipWithWheels, wheels } from './wheels.ts';

type Log = (line: string) => void;

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const HERE = join(import.meta.dirname, 'python-base');
/** Where the build finds the packages that its pip would fetch. */
const WHEELS = '/wheels';

/** What `FROM docker.io/library/python:3.13-slim` is elsewhere. */
export async function pythonImage(debian: Image, log: Log): Promise<Image> {
  return imageOf({
    name: 'python-base',
    recipe: [debian.ref, await digestOf(HERE, ['Dockerfile'])].join('\n'),
    build: async (builder, ref) => {
      log('Building an image with Python.');
      await builder.importArchive(debian.tarPath);
      await builder.build({ ref, context: HERE, base: debian.ref, dockerfile: join(HERE, 'Dockerfile') });
    },
  });
}

/** The image of the app of an example in Python, from its own Dockerfile. */
export async function exampleImage(example: string, python: Image, log: Log): Promise<Image> {
  const context = join(EXAMPLES, example);
  const seen = await digestOf(context, ['Dockerfile', 'requirements.txt', 'app']);
  return imageOf({
    name: example,
    recipe: [python.ref, seen, wheels().join(' ')].join('\n'),
    build: async (builder, ref) => {
      log(`Building the image of examples/${example}.`);
      await builder.importArchive(python.tarPath);
      await inFolder(async (folder) => {
        const settings = join(folder, 'pip.conf');
        await writeFile(settings, `[global]\nno-index = true\nfind-links = ${WHEELS}\n`);
        const requirements = join(context, 'requirements.txt');
        await pipWithWheels(`examples/${example}`, 'download', [
          '--dest',
          folder,
          '--requirement',
          requirements,
        ]);
        const volumes = [`${folder}:${WHEELS}:ro`, `${settings}:/etc/pip.conf:ro`];
        await builder.build({
          ref,
          context,
          base: python.ref,
          dockerfile: join(context, 'Dockerfile'),
          volumes,
        });
      });
    },
  });
}

/** The image of the operator that serves the kind of an example: the usual one, with the example's file over it. */
export async function exampleOperatorImage(example: string, operator: Image, log: Log): Promise<Image> {
  const context = join(EXAMPLES, example);
  const dockerfile = join(context, 'operator.Dockerfile');
  return imageOf({
    name: `${example}-operator`,
    recipe: [operator.ref, await digestOf(context, ['operator.Dockerfile', 'mooring.config.ts'])].join('\n'),
    build: async (builder, ref) => {
      log(`Building the image of the operator of examples/${example}.`);
      await builder.importArchive(operator.tarPath);
      await builder.build({ ref, context, base: operator.ref, args: { OPERATOR: operator.ref }, dockerfile });
    },
  });
}
