import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { forImage } from './for-image.ts';

/** Bundles the operator, `main.js` and what it loads, in `build/operator` or the named folder: all its image needs. */
const outdir = process.argv[2] ?? 'build/operator';
await rm(outdir, { recursive: true, force: true });
await build({ ...forImage, entryPoints: { main: 'operator/main.mjs' }, outdir });
