import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what was fetched or made is kept between runs; safe to delete at any time. */
export function cacheRoot(): string {
  const { MOORING_CACHE, XDG_CACHE_HOME } = process.env;
  return setOr(MOORING_CACHE, join(setOr(XDG_CACHE_HOME, join(homedir(), '.cache')), 'mooring'));
}

/** An empty variable is an unset one. */
function setOr(value: string | undefined, fallback: string): string {
  return value === undefined || value === '' ? fallback : value;
}
