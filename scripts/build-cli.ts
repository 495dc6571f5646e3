import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

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

/**
 * Leaves out what synth never uses, since a larger snapshot starts slower: cdk8s-plus-27 besides its typed objects, zod's
 * other languages, packages imported dynamically, which other commands load, and a second copy of yaml.
 */
const lighter: Plugin = {
  name: 'lighter',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { external: true } : undefined,
    );
    build.onResolve({ filter: /^yaml$/ }, ({ kind, resolveDir }) =>
      resolveDir.startsWith(join(root, 'node_modules/cdk8s/'))
        ? build.resolve('yaml', { kind, resolveDir: root })
        : undefined,
    );
    build.onResolve({ filter: /^cdk8s-plus-27$/ }, () => ({ path: 'k8s', namespace: 'lighter' }));
    build.onResolve({ filter: /\/locales\/index\.js$/ }, () => ({ path: 'locales', namespace: 'lighter' }));
    build.onLoad({ filter: /^k8s$/, namespace: 'lighter' }, () => ({
      contents: "export * as k8s from 'cdk8s-plus-27/lib/imports/k8s.js';",
      resolveDir: root,
    }));
    build.onLoad({ filter: /^locales$/, namespace: 'lighter' }, () => ({
      contents: "export { default as en } from 'zod/v4/locales/en.js';",
      resolveDir: root,
    }));
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
    plugins: [lighter],
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

/** Bundles the client's parts that kube/ imports: importing the whole package loads 700 files of generated models. */
async function bundleClient(): Promise<void> {
  const { build } = await import('esbuild');
  const parts = { config: 'KubeConfig', portforward: 'PortForward', exec: 'Exec' };
  const contents = Object.entries(parts).map(
    ([file, name]) => `export { ${name} } from '@kubernetes/client-node/dist/${file}.js';`,
  );
  await build({
    ...forNode,
    stdin: { contents: contents.join('\n'), resolveDir: root },
    outfile: join(folder, 'client-node.mjs'),
    format: 'esm',
    keepNames: true,
    // Bundled CommonJS modules require() Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}
