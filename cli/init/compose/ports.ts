import { isLoopback } from '../../../model/loopback.ts';
import { asWritten } from './interpolate.ts';

/** Most ports of a range. */
const longestRange = 100;

/** What is listened on, and whether others than this machine may dial it. */
export interface Ports {
  readonly targets: readonly number[];
  readonly isOpen: boolean;
  readonly unread?: string;
}

interface PortParts {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly address: string;
  readonly protocol: string;
  readonly written: string;
}

/** `8080:80`, `127.0.0.1:9000-9001:9000-9001/tcp`; what is published on loopback is for this machine alone. */
export function shortPort(written: string): Ports {
  const [, address = '', first, last = first, protocol = 'tcp'] =
    /^(?:(.*):)?(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(written) ?? [];
  const numberOf = (text?: string): number | undefined => (text === undefined ? undefined : Number(text));
  return portsOf({ first: numberOf(first), last: numberOf(last), address, protocol, written });
}

export function portsOf({ first, last, address, protocol, written }: PortParts): Ports {
  const isOpen = !isLoopback(address.replace(/:[\d-]*$/, ''));
  if (first === undefined || last === undefined)
    return { targets: [], isOpen, unread: `the port ${asWritten(written)}, which is the shell's,` };
  if (protocol.toLowerCase() !== 'tcp')
    return { targets: [], isOpen, unread: `the port ${first}/${protocol}` };
  const count = Math.min(longestRange, Math.max(0, last - first + 1));
  return { targets: Array.from({ length: count }, (_, nth) => first + nth), isOpen };
}
