import { isSecretName } from './secret-names.ts';
import { shownText } from './variable.ts';

/** What stands in place of a value that is secret. */
export const masked = '(secret)';

/** A text in which each of `secrets` is replaced by `mask`, wherever it stands; absent and empty ones do not count. */
export function maskSecrets(
  text: string,
  secrets: readonly (string | undefined)[],
  mask: string = masked,
): string {
  return secrets
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, mask), text);
}

/** A value of something called `name`, fit to be shown: secrets by their names, passwords of URLs wherever they are. */
export function shownValue(name: string | undefined, value: unknown): unknown {
  if (value === undefined) return undefined;
  return name !== undefined && isSecretName(name) ? masked : withoutSecrets(value);
}

/** A part of an object, in which a variable is `{ name, value }` wherever it stands. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const { name } = value as { name?: unknown };
  const variable = typeof name === 'string' ? name : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [
      key,
      key === 'value' ? shownValue(variable, inside) : withoutSecrets(inside),
    ]),
  );
}
