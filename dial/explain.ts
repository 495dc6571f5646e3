import { knownPorts } from '../contract/known-ports.ts';
import { knownPort } from '../model/known-port.ts';
import type { StoreName } from '../contract/services/backend-variables.ts';
import { aProduct, type Finding } from './finding.ts';
import { identify } from './identify.ts';
import { productOf, usualOf } from './products.ts';
import { refusedCredentials, firstLine } from './words.ts';

/** A store that could not be used. */
export interface Failure {
  readonly service: StoreName;
  readonly host: string;
  readonly port: number;
  /** Whether it was dialled with TLS. */
  readonly tls: boolean;
  /** What the client said. */
  readonly error: unknown;
  /** How long dialling may take, in milliseconds, for each of the two places that may be dialled. */
  readonly timeoutMs: number;
}

/**
 * Why a store cannot be used, as a person who looked would say it: what is on the configured port (dialled), what is
 * usual there, and what answers on the store's usual port. Holds no secret; never rejects.
 */
export async function explain(failure: Failure): Promise<string> {
  const { service, host, port, error, timeoutMs } = failure;
  const denied = refusedCredentials(error);
  if (denied) return credentials(failure, denied);
  const finding = await identify(host, port, { timeoutMs });
  const sentences = [`${at(host, port)} ${says(finding, failure)}`];
  if (isRight(finding, failure)) return sentences.join(' ');
  const known = knownPort(knownPorts, port);
  const usual = usualOf(service);
  if (known && port !== usual.port) sentences.push(`Port ${port} is ${known.saying}.`);
  if (port !== usual.port && finding.what !== 'unknown-host') sentences.push(await elsewhere(failure));
  else if (finding.what === 'refused') sentences.push(`Is ${productOf[service]} running there?`);
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function at(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function credentials({ service, host, port }: Failure, denied: 'missing' | 'wrong'): string {
  const { secret } = usualOf(service).variables;
  const what =
    denied === 'missing'
      ? 'wants a password or key that was not sent'
      : 'refuses the password or key it was sent';
  return `${productOf[service]} at ${at(host, port)} ${what}. Check ${secret}.`;
}

/** The store that is wanted answers, the way it is dialled: then the client's own words are the news. */
function isRight(finding: Finding, { service, tls }: Failure): boolean {
  return finding.what === 'product' && finding.product === productOf[service] && finding.tls === tls;
}

function says(finding: Finding, failure: Failure): string {
  const wanted = productOf[failure.service];
  const { host, tls } = usualOf(failure.service).variables;
  switch (finding.what) {
    case 'refused':
      return 'refuses the connection.';
    case 'unknown-host':
      return `cannot be found: no name server knows "${failure.host}". Check ${host}.`;
    case 'timeout':
      return `does not answer: no connection within ${failure.timeoutMs} ms.`;
    case 'unreachable':
      return `cannot be reached: ${firstLine(failure.error)}.`;
    case 'silent':
      return `accepts connections but says nothing; no ${wanted} answers there.`;
    case 'unknown':
      return `accepts connections${finding.tls ? ' with TLS' : ''} but does not speak as ${wanted} does.`;
    case 'product':
      return saysProduct(finding, failure, tls);
  }
}

function saysProduct(
  finding: Extract<Finding, { what: 'product' }>,
  failure: Failure,
  tlsVariable: string,
): string {
  const wanted = productOf[failure.service];
  if (finding.product !== wanted)
    return `is not ${wanted}: ${aProduct(finding.product)} answers there${finding.tls ? ' with TLS' : ''}.`;
  if (finding.tls === failure.tls) return `answers as ${wanted} does, but: ${firstLine(failure.error)}.`;
  return finding.tls
    ? `is a ${wanted} with TLS, dialled without. Should ${tlsVariable} be true?`
    : `is a ${wanted} without TLS, dialled with it. Should ${tlsVariable} be false?`;
}

/** Looks on the store's usual port of the same host. */
async function elsewhere({ service, host, timeoutMs }: Failure): Promise<string> {
  const { port, variables } = usualOf(service);
  const finding = await identify(host, port, { timeoutMs });
  if (finding.what !== 'product' || finding.product !== productOf[service]) return '';
  return `A ${finding.product} answers on ${at(host, port)} (dialled): should ${variables.port} be ${port}?`;
}
