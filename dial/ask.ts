import type { KnownPort } from '../model/known-port.ts';
import { maskSecrets } from '../model/redact.ts';
import { withTimeLimit } from '../model/time-limit.ts';
import { askOnce } from './clients.ts';
import { explain } from './explain.ts';
import type { Finding } from './finding.ts';
import { identify } from './identify.ts';
import { aProduct, mayBe } from './products.ts';
import type { Target } from './target.ts';

/** What came of dialling one dependency. */
export interface Answer {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  readonly ok: boolean;
  /** One or more sentences for people; holds no secret. */
  readonly says: string;
}

export interface AskOptions {
  readonly timeoutMs: number;
  /** What people expect behind ports, for the explanation of a failure. */
  readonly knownPorts: readonly KnownPort[];
}

/**
 * Dials a dependency as its client would, with the same protocol and credentials, asks one question that changes
 * nothing, and hangs up. Explains a failure. Never rejects; takes at most about three times `timeoutMs`.
 */
export async function ask(target: Target, options: AskOptions): Promise<Answer> {
  const { service, host, port } = target;
  try {
    const finding = await dial(target, options.timeoutMs);
    return { service, host, port, ok: true, says: success(target, finding) };
  } catch (error) {
    const says = await explain({ target, error, ...options });
    return { service, host, port, ok: false, says: maskSecrets(says, [target.secret]) };
  }
}

/**
 * Asks one question, then looks what answers there: one product may speak as another does and yet not serve what is
 * wanted.
 * @returns what answers.
 * @throws Error in the client's own words, or naming the other product that answers.
 */
export async function dial(target: Target, timeoutMs: number): Promise<Finding> {
  await withTimeLimit(askOnce(target, timeoutMs), timeoutMs);
  const finding = await identify(target.host, target.port, { timeoutMs, products: target.products });
  if (finding.what === 'product' && !mayBe(finding.product, target))
    throw new Error(`${finding.product} answers there`);
  return finding;
}

function success({ product, host, port, dial }: Target, finding: Finding): string {
  if (dial.protocol === 'tcp') {
    const what = finding.what === 'product' ? `: ${aProduct(finding.product)} answers there` : '';
    return `${product} at ${host}:${port} accepts connections${what}.`;
  }
  const showsSecret = dial.protocol !== 'http' || dial.secretHeader !== undefined;
  return `${product} answers at ${host}:${port}${showsSecret ? ' and takes the credentials' : ''}.`;
}
