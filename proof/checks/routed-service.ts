import type { AnyObject } from '../graph/objects.ts';
import type { Path } from '../source.ts';

/** A Service that a route sends requests to. */
export interface Routed {
  readonly route: Pick<AnyObject, 'name' | 'namespace' | 'doc'> & { readonly kind: string };
  readonly namespace: string;
  readonly name: string;
  /** Its number or name; absent: none is written. */
  readonly port?: number | string;
  /** Of a custom resource: what its controller itself brings may be meant. */
  readonly custom?: true;
  /** Where the Service is named, and its port. */
  readonly at: Path;
  readonly portAt: Path;
}
