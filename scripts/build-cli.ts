import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { requireOfModule } from './for-image.ts';
import { clientParts, lighter } from './lighter.ts';

/**
 * Run at the end of `npm ci`: snapshots `mooring synth` to `build/cli/synth.blob` for cli/mooring, and bundles the used
 * parts of the Kubernetes client for cli/main.mjs. Both only save time, so a missing tool is no error.
 */
const root = join(import.meta.dirname, '..');
const folder = join(root, 'build/cli');
const bundle = join(folder, 'synth.cjs');
const blob = join(folder, 'synth.blob');
/** The Node the launcher starts; no other can read the snapshot. */
const node = join(root, 'node_modules/node/bin/node');

/** A larger snapshot starts slower, and packages that are imported dynamically serve other commands. */
const withoutOtherCommands: Plugin = {
  name: 'without-other-commands',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { external: true } : undefined,
    );
  },
};

const forNode: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  minify: true,
  logLevel: 'error',
};

const missing = ['node', 'esbuild'].filter((name) => !existsSync(join(root, 'node_modules', name)));
if (missing.length > 0 || !existsSync(node))
  console.log(`mooring synth starts without a snapshot: ${missing.join(' and ') || node} is not installed.`);
else {
  await freeze();
  await bundleClient();
}

async function freeze(): Promise<void> {
  const { build } = await import('esbuild');
  rmSync(blob, { force: true });
  mkdirSync(folder, { recursive: true });
  // Taken before anything is read, so that a file that changes meanwhile is newer.
  const at = Date.now();
  const options: BuildOptions = {
    ...forNode,
    entryPoints: [join(root, 'scripts/synth-snapshot.ts')],
    absWorkingDir: root,
    format: 'cjs',
    plugins: [withoutOtherCommands, lighter(root)],
  };
  const { metafile } = await build({ ...options, metafile: true, write: false });
  const sources = Object.keys(metafile.inputs).filter((path) => !/^(node_modules\/|lighter:)/.test(path));
  const builtFrom = { at, files: [...sources, 'package-lock.json'] };
  await build({ ...options, outfile: bundle, define: { builtFrom: JSON.stringify(builtFrom) } });
  const draft = `${blob}.${process.pid}`;
  // Node warns that some of its modules may not survive a snapshot; test/e2e/cli.test.ts tests that ours do.
  const flags = ['--no-warnings', '--snapshot-blob', draft, '--build-snapshot', bundle];
  const cwd = mkdtempSync(join(tmpdir(), 'mooring-snapshot-'));
  const { status, stderr } = spawnSync(node, flags, {
    cwd,
    env: { ...process.env, MOORING_STACK: '' },
    encoding: 'utf8',
  });
  rmSync(cwd, { recursive: true, force: true });
  if (status === 0) return renameSync(draft, blob);
  rmSync(draft, { force: true });
  console.log(
    `mooring synth starts without a snapshot: ${relative(root, bundle)} could not be frozen.\n${stderr}`,
  );
}

/** Bundles the client's parts that kube/ imports. */
async function bundleClient(): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    ...forNode,
    stdin: { contents: clientParts, resolveDir: root },
    outfile: join(folder, 'client-node.mjs'),
    format: 'esm',
    keepNames: true,
    banner: { js: requireOfModule },
  });
}
