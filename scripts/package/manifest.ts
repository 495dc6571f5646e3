import { basename } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

/** The package's exports: each is one file of exports at the root of this repository. */
export const entries = Object.values(packageJson.exports).map((file) => basename(file, '.ts'));

/** The folder of programs and declarations in the package. */
export const lib = 'lib';

/** What is installed with the package: kinds are written with zod, so theirs and ours must be one. */
export const installedWith = ['zod'] as const;

const { name, version, description, license, engines, dependencies } = packageJson;

/** The package.json of the package. */
export const manifest = {
  ...{ name, version, description, license },
  type: 'module',
  engines,
  bin: Object.fromEntries(Object.keys(packageJson.bin).map((called) => [called, `${lib}/mooring.js`])),
  exports: {
    ...Object.fromEntries(
      entries.map((entry) => [
        entry === 'index' ? '.' : `./${entry}`,
        { types: `./${lib}/${entry}.d.ts`, default: `./${lib}/${entry}.js` },
      ]),
    ),
    './package.json': './package.json',
  },
  dependencies: Object.fromEntries(installedWith.map((each) => [each, `^${dependencies[each]}`])),
};
