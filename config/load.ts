import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { StackError } from '../model/define-stack.ts';
import { ConfigError } from './config-error.ts';
import { hookModules } from './own-modules.ts';
import { placeOfError } from './place.ts';
import { whatToDo } from './what-to-do.ts';

/** What a configuration file exports by default. */
export interface Loaded {
  readonly file: string;
  readonly exported: unknown;
}

/** Runs the file. @throws ConfigError when it does not parse or throws; StackError when what it defines is refused. */
export async function loadConfig(file: string): Promise<Loaded> {
  const { href } = pathToFileURL(resolve(file));
  const modules = hookModules(href);
  try {
    const { default: exported } = (await import(href)) as { readonly default?: unknown };
    return { file, exported };
  } catch (error) {
    const place = placeOfError(error, file, modules);
    if (error instanceof StackError) throw error.at(() => place);
    throw new ConfigError(`${place}: ${whatHappened(error)}\n${whatToDo(error)}`, { cause: error });
  }
}

function whatHappened(error: unknown): string {
  if (!(error instanceof Error)) return `it throws ${inspect(error)}.`;
  const verb = error instanceof SyntaxError ? 'it does not load' : 'it throws';
  return `${verb}: ${error.name}: ${error.message.replace(/\n[^]*/, '')}`;
}
