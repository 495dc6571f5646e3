import type { NoConnection } from './exchange.ts';

/** What was found behind a host and port. */
export type Finding =
  | { readonly what: NoConnection }
  /** Accepts connections; answered no greeting. */
  | { readonly what: 'silent' }
  /** Accepts connections; closed them, or answered what no product known here answers. */
  | { readonly what: 'unknown'; readonly tls: boolean }
  | {
      readonly what: 'product';
      /** As people call it. */
      readonly product: string;
      readonly tls: boolean;
      /** It wants a password or key before it answers more. */
      readonly wantsAuth?: boolean;
    };
