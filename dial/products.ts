import type { Recognition } from '../model/program.ts';
import type { Address } from './exchange.ts';
import type { Target } from './target.ts';

/** What to dial, and the products it may turn out to be. */
export interface Peer extends Address {
  readonly products: readonly Recognition[];
}

type Protocol = Recognition['protocol'];

/** A server of a protocol that is none of the known products. */
const unnamed: Readonly<Record<Protocol, string>> = {
  resp: 'RESP server',
  bolt: 'Bolt server',
  http: 'HTTP server',
  http2: 'HTTP/2 server',
};

/** The product that answers so in a protocol: the first whose pattern matches, else the protocol's usual one. */
export function productIn(products: readonly Recognition[], protocol: Protocol, answer: string): string {
  const found = products.find((one) => one.protocol === protocol && one.answer?.test(answer));
  return found?.product ?? usualProduct(products, protocol);
}

/** What a server of a protocol is taken for when it does not give itself away: a Valkey for what it is a fork of. */
const usualProduct = (products: readonly Recognition[], protocol: Protocol): string =>
  products.find((one) => one.protocol === protocol && one.answer === undefined)?.product ?? unnamed[protocol];

/** Whether the product that was found can be the one that is wanted. Over plain TCP that cannot be known: true. */
export function mayBe(
  found: string,
  { product, dial, products }: Pick<Target, 'product' | 'dial' | 'products'>,
): boolean {
  if (found === product || dial.protocol === 'tcp') return true;
  const isToldApart = products.some((known) => known.product === product);
  return !isToldApart && found === usualProduct(products, dial.protocol);
}

/** "a Bolt server", "an HTTP server", "Erlang's port mapper port": a product in the middle of a sentence. */
export function aProduct(product: string): string {
  if (product.includes("'s ")) return `${product} port`;
  // Spelled out, H begins with a vowel.
  return `${product.startsWith('HTTP') ? 'an' : 'a'} ${product}`;
}
