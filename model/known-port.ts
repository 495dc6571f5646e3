/** The product that usually listens on a port: a hint for an error message, not a proof. */
export interface KnownPort {
  readonly port: number;
  readonly product: string;
  /** Completes "<port> is"; "often" where more than one product is common there. */
  readonly saying: string;
  /** Whether servers of many kinds listen there, so that the number alone shows no mistake. */
  readonly shared?: true;
}

/** What usually listens on `port` as a sentence; `undefined` where unknown. */
export function knownPortHint(ports: readonly KnownPort[], port: number): string | undefined {
  const known = knownPort(ports, port);
  return known && `${port} is ${known.saying}.`;
}

/** What usually listens on `port`; `undefined` where unknown. */
export const knownPort = (ports: readonly KnownPort[], port: number): KnownPort | undefined =>
  ports.find((known) => known.port === port);
