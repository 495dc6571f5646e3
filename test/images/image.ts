import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../servers/cache.ts';
import { withBuilder, type Builder } from './buildah.ts';

/** An image in the cache. */
export interface Image {
  /** Its name and tag; the tag follows its content, so no node has an older one of the same name. */
  ref: string;
  /** A `docker-archive`. */
  tarPath: string;
  /** Of that archive, uncompressed. */
  bytes: number;
}

export interface ImageRecipe {
  name: string;
  /** Everything the image depends on. */
  recipe: string;
  build: (builder: Builder, ref: string) => Promise<void>;
}

/** The image of a recipe, built where the cache has none. */
export async function imageOf({ name, recipe, build }: ImageRecipe): Promise<Image> {
  const ref = `localhost/mooring-test/${name}:${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`;
  const folder = await cached({ name: `image-${name}`, version: '1', recipe }, (dir) =>
    withBuilder(async (builder) => {
      await build(builder, ref);
      const bytes = await builder.export(ref, join(dir, 'image.tar'));
      await writeFile(join(dir, 'bytes'), String(bytes));
    }),
  );
  const bytes = Number(await readFile(join(folder, 'bytes'), 'utf8'));
  return { ref, tarPath: join(folder, 'image.tar'), bytes };
}
