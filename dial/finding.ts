import type { NoConnection } from './exchange.ts';

/** Products told apart by what they say, as people call them. */
export type Product =
  | 'Redis'
  | 'FalkorDB'
  | 'Redis Sentinel'
  | 'Neo4j'
  | "Neo4j's HTTP browser"
  | 'Qdrant'
  | "Qdrant's gRPC"
  | 'HTTP server';

/** What was found behind a host and port. */
export type Finding =
  | { readonly what: NoConnection }
  /** Accepts connections; said nothing to any greeting. */
  | { readonly what: 'silent' }
  /** Accepts connections; closed them, or said what no product known here says. */
  | { readonly what: 'unknown'; readonly tls: boolean }
  | {
      readonly what: 'product';
      readonly product: Product;
      readonly tls: boolean;
      /** It wants a password or key before it says more. */
      readonly wantsAuth?: boolean;
    };

/** "a Redis", "an HTTP server": a product in the middle of a sentence. */
export function aProduct(product: Product): string {
  if (product === 'HTTP server') return 'an HTTP server';
  return /^(Neo4j's|Qdrant's)/.test(product) ? `${product} port` : `a ${product}`;
}
