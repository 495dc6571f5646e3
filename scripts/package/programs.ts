import { build } from 'esbuild';
import { forImage } from '../for-image.ts';
import { lighter } from '../lighter.ts';
import { entries, installedWith, lib } from './manifest.ts';

/** Bundles the command line and every export. @returns the files they are made of. */
export async function buildPrograms(folder: string): Promise<string[]> {
  const { metafile } = await build({
    ...forImage,
    target: 'node22',
    entryPoints: {
      mooring: 'cli/main.mjs',
      ...Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
    },
    outdir: `${folder}/${lib}`,
    external: [...installedWith],
    plugins: [lighter(process.cwd())],
    sourcemap: false,
    // Every licence of what is bundled is in one file (licences.ts).
    legalComments: 'none',
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}
