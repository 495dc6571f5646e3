import { spawnSync } from 'node:child_process';
import { backendImage } from '../contract/services/backend.ts';
import { buildArguments, succeeds } from './programs.ts';

/** `npm run image`: builds the app's image with the first builder that works; further arguments go to it. */
interface Builder {
  readonly name: string;
  /** Exits with 0 only when the builder can build: a docker client without an engine cannot. */
  readonly works: readonly string[];
  readonly build: readonly string[];
}

const builders: readonly Builder[] = [
  { name: 'docker', works: ['info'], build: ['build'] },
  { name: 'podman', works: ['info'], build: ['build'] },
  { name: 'buildah', works: ['info'], build: ['bud'] },
];

const builder = builders.find(({ name, works }) => succeeds(name, works));
if (builder) {
  const args = [...builder.build, ...buildArguments(backendImage, process.argv.slice(2))];
  console.log(`${builder.name} ${args.join(' ')}`);
  process.exitCode = spawnSync(builder.name, args, { stdio: 'inherit' }).status ?? 1;
} else {
  console.error(
    'No image builder works here: docker, podman and buildah were tried. Install one, or start its engine.',
  );
  process.exitCode = 69;
}
