import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { forImage } from '../../scripts/for-image.ts';
import { inFolder } from './base-images.ts';
import { imageOf, type Image } from './image.ts';
import { digestOf } from './sources.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const HERE = join(import.meta.dirname, 'shop');

/** The image of every service of a shop (test/kinds/shop-kind.ts). */
export async function shopImage(base: Image, log: (line: string) => void): Promise<Image> {
  const program = await bundled();
  return imageOf({
    name: 'shop',
    recipe: [base.ref, await digestOf(HERE, ['Dockerfile']), program].join('\n'),
    build: async (builder, ref) => {
      log("Building an image for the tests' second kind.");
      await builder.importArchive(base.tarPath);
      await inFolder(async (context) => {
        await writeFile(join(context, 'shop.js'), program);
        await builder.build({ ref, context, base: base.ref, dockerfile: join(HERE, 'Dockerfile') });
      });
    },
  });
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    ...forImage,
    ...{ splitting: false, sourcemap: false, legalComments: 'none', write: false, outdir: ROOT },
    entryPoints: { shop: join(ROOT, 'test', 'kinds', 'shop-program.ts') },
    absWorkingDir: ROOT,
  });
  return outputFiles[0]?.text ?? '';
}
