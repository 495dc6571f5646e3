import { isAbsolute, relative, resolve, sep } from 'node:path';
import { standardInput } from './input.ts';

/** What standard input is called where a path is wanted. */
const noFile = 'stdin';

/** A file's path from a folder, with `/` between its parts; its whole path where it is not inside. */
export function pathFrom(folder: string, file: string): string {
  if (file === standardInput) return noFile;
  const path = relative(folder, resolve(file));
  const isInside = path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return (isInside ? path : resolve(file)).split(sep).join('/');
}
