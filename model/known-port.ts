/** Which product people expect behind a port. Not proof of anything: a hint for an error message. */
export interface KnownPort {
  readonly port: number;
  readonly product: string;
  /** Said after "<port> is"; "often" where more than one product is common there. */
  readonly saying: string;
  /** Whether servers of many kinds listen there, so that the number alone does not tell a mistake. */
  readonly shared?: true;
}

/** What is usually behind `port` as a sentence, or `undefined` where nothing is usual. */
export function knownPortHint(ports: readonly KnownPort[], port: number): string | undefined {
  const known = knownPort(ports, port);
  return known && `${port} is ${known.saying}.`;
}

/** What is usually behind `port`, or `undefined` where nothing is usual. */
export const knownPort = (ports: readonly KnownPort[], port: number): KnownPort | undefined =>
  ports.find((known) => known.port === port);
