import { mkdir, rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { forImage } from './for-image.ts';

/**
 * Bundles an operator, `main.js` and what it loads: all its image needs. The entry chooses the kinds; without one it is
 * the operator of those that are built in, and of those of a `mooring.config.ts` beside it.
 */
const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: 'operator/main.mjs' },
    out: { type: 'string', default: 'build/operator' },
  },
});

/** What such a file may import, by package and export: of the operator's own copies, since its kinds are used by them. */
const importable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mooring: { index: 'index.ts', env: 'env.ts', chat: 'chat.ts' },
  zod: { index: 'zod' },
};

await rm(values.out, { recursive: true, force: true });
const entries = Object.entries(importable).flatMap(([name, files]) =>
  Object.entries(files).map(([file, source]) => [`node_modules/${name}/${file}`, source]),
);
await build({
  ...forImage,
  entryPoints: { main: values.entry, ...(Object.fromEntries(entries) as Record<string, string>) },
  outdir: values.out,
});
for (const [name, files] of Object.entries(importable)) {
  const folder = `${values.out}/node_modules/${name}`;
  const exported = Object.keys(files).map((file) => [file === 'index' ? '.' : `./${file}`, `./${file}.js`]);
  await mkdir(folder, { recursive: true });
  await writeFile(
    `${folder}/package.json`,
    JSON.stringify({ name, type: 'module', exports: Object.fromEntries(exported) as object }),
  );
}
