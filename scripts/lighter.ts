import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** The parts of the Kubernetes client that kube/ imports: the whole package has 700 files of generated models. */
const parts = { config: 'KubeConfig', portforward: 'PortForward', exec: 'Exec' };

/** A module that exports these parts. */
export const clientParts = Object.entries(parts)
  .map(([file, name]) => `export { ${name} } from '@kubernetes/client-node/dist/${file}.js';`)
  .join('\n');

/** What stands for a package of which little is used. */
const instead: Readonly<Record<string, string>> = {
  'cdk8s-plus-27': "export * as k8s from 'cdk8s-plus-27/lib/imports/k8s.js';",
  '@kubernetes/client-node': clientParts,
  locales: "export { default as en } from 'zod/v4/locales/en.js';",
};

/**
 * Leaves out what no program of ours uses: cdk8s-plus-27 besides its typed objects, the client's models, zod's other
 * languages, and a second copy of yaml.
 */
export const lighter = (root: string): Plugin => ({
  name: 'lighter',
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, ({ kind, resolveDir }) =>
      resolveDir.startsWith(join(root, 'node_modules/cdk8s/'))
        ? build.resolve('yaml', { kind, resolveDir: root })
        : undefined,
    );
    build.onResolve({ filter: /^(cdk8s-plus-27|@kubernetes\/client-node)$/ }, ({ path }) => ({
      path,
      namespace: 'lighter',
    }));
    build.onResolve({ filter: /\/locales\/index\.js$/ }, () => ({ path: 'locales', namespace: 'lighter' }));
    build.onLoad({ filter: /^/, namespace: 'lighter' }, ({ path }) => ({
      contents: instead[path] ?? '',
      resolveDir: root,
    }));
  },
});
