import { statSync } from 'node:fs';
import { ConfigError } from './config-error.ts';

/** The file that defines a stack or kinds of one's own, in the working folder. The first is what `init` writes. */
export const configFiles = [
  'mooring.config.ts',
  'mooring.config.mts',
  'mooring.config.js',
  'mooring.config.mjs',
] as const;

const present = (): string[] =>
  configFiles.filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);

/** Whether there is any. */
export const hasConfig = (): boolean => present().length > 0;

/** The one that is there. @throws ConfigError when there are several: which of them is old cannot be known. */
export function configFile(): string | undefined {
  const [file, ...others] = present();
  if (others.length > 0)
    throw new ConfigError(
      `There are ${[file, ...others].join(' and ')}; expected one. Remove what you no longer use.`,
    );
  return file;
}
