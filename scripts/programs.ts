import { spawnSync } from 'node:child_process';

/** Whether a program is there and does this with success; what it prints is not shown. */
export const succeeds = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Only an engine that answers builds and runs anything: a docker client alone cannot. */
export const dockerAnswers = (): boolean => succeeds('docker', ['info']);

/** The arguments with which docker, podman and buildah build the app's image, under the name `ref`. */
export const buildArguments = (ref: string, further: readonly string[] = []): string[] => [
  '-f',
  'app/Dockerfile',
  '-t',
  ref,
  ...further,
  '.',
];
