import type { DialProtocol } from '../model/program.ts';
import type { Target } from './target.ts';

/** Products told apart by what they say, as people call them. */
const products = [
  'Redis',
  'FalkorDB',
  'Redis Sentinel',
  'Neo4j',
  "Neo4j's HTTP browser",
  'Qdrant',
  "Qdrant's gRPC",
  'HTTP server',
] as const;
export type Product = (typeof products)[number];

/** What a server of a protocol is taken for when it does not give itself away: a Valkey for a Redis. */
const takenFor: Readonly<Partial<Record<DialProtocol['protocol'], Product>>> = {
  resp: 'Redis',
  bolt: 'Neo4j',
  http: 'HTTP server',
};

/** Whether the product that was found can be the one that is wanted. Over plain TCP that cannot be known: true. */
export function mayBe(found: Product, { product, dial }: Pick<Target, 'product' | 'dial'>): boolean {
  if (found === product || dial.protocol === 'tcp') return true;
  const isToldApart = products.some((known) => known === product);
  return !isToldApart && found === takenFor[dial.protocol];
}

/** "a Redis", "an HTTP server": a product in the middle of a sentence. */
export function aProduct(product: Product): string {
  if (product === 'HTTP server') return 'an HTTP server';
  return /^(Neo4j's|Qdrant's)/.test(product) ? `${product} port` : `a ${product}`;
}
