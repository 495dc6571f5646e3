import { spawnSync } from 'node:child_process';

/** Whether a program is installed and this call of it succeeds; its output is discarded. */
export const succeeds = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Whether a Docker engine answers: a client alone cannot build or run anything. */
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
