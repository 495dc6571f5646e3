import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { forImage } from './for-image.ts';

/** Bundles the app of a checkout as its image runs it: `main.js`, and what it loads. */
export async function buildApp(outdir: string, root = '.'): Promise<void> {
  await build({
    ...forImage,
    absWorkingDir: resolve(root),
    // The entry checks Node's version before it loads anything that an older one lacks.
    entryPoints: {
      main: 'app/main.mjs',
      'database-thread': 'app/stores/embedded/database-thread.ts',
      'embedder-thread': 'app/meaning/embedder-thread.ts',
    },
    // It loads its library from a file beside it.
    external: ['onnxruntime-node'],
    outdir: resolve(outdir),
  });
  await addRuntime(resolve(root), resolve(outdir));
}

/** The runtime of the embedding models has a library for each platform; this one's is added. */
async function addRuntime(root: string, outdir: string): Promise<void> {
  const library = join('onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch);
  const runtime = [
    'onnxruntime-common',
    join('onnxruntime-node', 'dist'),
    join('onnxruntime-node', 'package.json'),
    library,
  ];
  for (const path of runtime)
    await cp(join(root, 'node_modules', path), join(outdir, 'node_modules', path), { recursive: true });
}
