import type { Resources } from '../../model/stack.ts';

/** What a stack chooses about a store that it runs itself. */
export interface StoreOptions {
  readonly image: string;
  readonly resources: Resources;
  readonly storage: { readonly size: string; readonly storageClass?: string };
}

/** The name of the secret every store's clients show: its password or API key. */
export const storeSecret = 'password';

/**
 * What a store's secret may be: what its start takes exactly as it is, through a shell, a configuration file and an
 * HTTP header. Printable ASCII without spaces, quotes and backslashes.
 */
export const storeSecretRule = {
  pattern: '[!#-&(-[\\]-~]+',
  expected: 'printable ASCII without spaces, quotes and backslashes',
} as const;

/** What a store's graceful stop needs: a snapshot or a checkpoint of a few gibibytes. */
export const storeGraceSeconds = 60;
