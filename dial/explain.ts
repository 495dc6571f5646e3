import { hostInUrl } from '../model/host-in-url.ts';
import { knownPort, type KnownPort } from '../model/known-port.ts';
import { refusedCredentials, firstLine } from './client-errors.ts';
import type { Finding } from './finding.ts';
import { identify } from './identify.ts';
import { aProduct, mayBe } from './products.ts';
import type { Target } from './target.ts';

/** A dependency that could not be used. */
export interface Failure {
  readonly target: Target;
  /** What the client reported. */
  readonly error: unknown;
  /** How long dialling may take, in milliseconds, for each of the two ports that may be dialled. */
  readonly timeoutMs: number;
  /** What people expect behind ports. */
  readonly knownPorts: readonly KnownPort[];
}

/**
 * Why a dependency cannot be used, in sentences for people: what answers on the configured port (dialled), what is usual
 * there, and what answers on the dependency's usual port. Holds no secret; never rejects.
 */
export async function explain(failure: Failure): Promise<string> {
  const { target, error, timeoutMs, knownPorts } = failure;
  const { host, port, usualPort, product } = target;
  const denied = refusedCredentials(error);
  if (denied) return credentials(target, denied);
  const finding = await identify(host, port, { timeoutMs, products: target.products });
  const sentences = [`${at(host, port)} ${says(finding, failure)}`];
  if (isRight(finding, target)) return sentences.join(' ');
  const known = knownPort(knownPorts, port);
  if (known && port !== usualPort) sentences.push(`Port ${port} is ${known.saying}.`);
  if (port !== usualPort && finding.what !== 'unknown-host') sentences.push(await elsewhere(failure));
  else if (finding.what === 'refused') sentences.push(`Is ${product} running there?`);
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function at(host: string, port: number): string {
  return `${hostInUrl(host)}:${port}`;
}

function credentials(target: Target, denied: 'missing' | 'wrong'): string {
  const what =
    denied === 'missing'
      ? 'wants a password or key that was not sent'
      : 'refuses the password or key it was sent';
  return `${target.product} at ${at(target.host, target.port)} ${what}.${check(target.variables.secret)}`;
}

/** What to look at, when a variable says it. */
function check(variable: string | undefined): string {
  return variable === undefined ? '' : ` Check ${variable}.`;
}

/** The product that is wanted answers, with TLS as configured: then the client's own error is what matters. */
function isRight(finding: Finding, target: Target): boolean {
  return finding.what === 'product' && mayBe(finding.product, target) && finding.tls === target.tls;
}

function says(finding: Finding, { target, error, timeoutMs }: Failure): string {
  const { host, product, variables } = target;
  switch (finding.what) {
    case 'refused':
      return 'refuses the connection.';
    case 'unknown-host':
      return `cannot be found: no name server knows "${host}".${check(variables.host)}`;
    case 'timeout':
      return `does not answer: no connection within ${timeoutMs} ms.`;
    case 'unreachable':
      return `cannot be reached: ${firstLine(error)}.`;
    case 'silent':
      return `accepts connections but says nothing; no ${product} answers there.`;
    case 'unknown':
      return `accepts connections${finding.tls ? ' with TLS' : ''} but does not speak as ${product} does.`;
    case 'product':
      return saysProduct(finding, target, error);
  }
}

function saysProduct(finding: Extract<Finding, { what: 'product' }>, target: Target, error: unknown): string {
  const { product, tls, variables } = target;
  if (!mayBe(finding.product, target))
    return `is not ${product}: ${aProduct(finding.product)} answers there${finding.tls ? ' with TLS' : ''}.`;
  if (finding.tls === tls) return `answers as ${product} does, but: ${firstLine(error)}.`;
  const dialled = finding.tls ? 'with TLS, dialled without' : 'without TLS, dialled with it';
  const should = variables.tls === undefined ? '' : ` Should ${variables.tls} be ${finding.tls}?`;
  return `is ${aProduct(product)} ${dialled}.${should}`;
}

/** What answers on the usual port of the same host, when that is the product that is wanted. */
async function elsewhere({ target, timeoutMs }: Failure): Promise<string> {
  const { host, usualPort, variables } = target;
  const finding = await identify(host, usualPort, { timeoutMs, products: target.products });
  if (finding.what !== 'product' || !mayBe(finding.product, target)) return '';
  const found = `${aProduct(finding.product)} answers on ${at(host, usualPort)} (dialled)`;
  const should = variables.port === undefined ? '.' : `: should ${variables.port} be ${usualPort}?`;
  return `${found.charAt(0).toUpperCase()}${found.slice(1)}${should}`;
}
