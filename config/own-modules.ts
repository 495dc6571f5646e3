import module from 'node:module';

/** Resolved as these files would: a kind's schema and errors must be of the copies that this program itself has. */
const isOwn = (specifier: string, parent: string): boolean =>
  /^mooring(\/|$)/.test(specifier) || (/^zod(\/|$)/.test(specifier) && !parent.includes('/node_modules/'));

/** What was asked for and is not there. */
export interface Missing {
  readonly specifier: string;
  readonly parent: string;
}

/** The modules of a configuration file: itself and what it imports, without this program's own. */
export interface OwnModules {
  readonly urls: ReadonlySet<string>;
  /** The last that was read. A syntax error of JavaScript does not say in which file it is. */
  readonly latest: () => string | undefined;
  readonly missing: () => Missing | undefined;
}

/**
 * Has Node load the file at `url`, and what it imports: TypeScript and the file itself are ES modules, whatever the
 * package.json of their folder says; `mooring` and `zod` are this program's own, whatever is installed there. It stays so
 * for what a kind imports when it is used.
 */
export function hookModules(url: string): OwnModules {
  const urls = new Set([url]);
  let latest: string | undefined;
  let missing: Missing | undefined;
  module.registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL ?? '';
      if (specifier !== url && !urls.has(parent)) return next(specifier, context);
      try {
        if (isOwn(specifier, parent)) return { url: import.meta.resolve(specifier), shortCircuit: true };
        const found = next(specifier, context);
        urls.add(found.url);
        return { ...found, ...formatOf(found.url, url) };
      } catch (error) {
        missing = { specifier, parent };
        throw error;
      }
    },
    load(asked, context, next) {
      if (urls.has(asked)) latest = asked;
      return next(asked, context);
    },
  });
  return { urls, latest: () => latest, missing: () => missing };
}

function formatOf(found: string, config: string): { format?: string } {
  if (/^file:.*\.m?ts$/.test(found)) return { format: 'module-typescript' };
  return found === config ? { format: 'module' } : {};
}
