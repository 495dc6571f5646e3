import type { Kinds } from '../model/kinds.ts';
import { configFile } from './file.ts';

/**
 * The kinds there are in the working folder: what its `mooring.config.ts` exports, then the built-in ones. Nothing is
 * loaded for the file where there is none. @throws ConfigError; StackError of a stack or a kind that the file defines.
 */
export async function kindsHere(builtIn: () => Promise<Kinds>): Promise<Kinds> {
  const file = configFile();
  if (file === undefined) return builtIn();
  const [{ loadConfig }, { exportedKinds }] = await Promise.all([
    import('./load.ts'),
    import('./exported-kinds.ts'),
  ]);
  const loaded = await loadConfig(file);
  return exportedKinds(loaded, await builtIn());
}
