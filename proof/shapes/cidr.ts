import { BlockList, isIP, isIPv6 } from 'node:net';

const widths = { 4: 32, 6: 128 } as const;

/** Whether `text` is an address and the length of a prefix of it. */
export function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const family = isIP(address);
  return (
    (family === 4 || family === 6) &&
    rest.length === 0 &&
    /^\d{1,3}$/.test(prefix) &&
    Number(prefix) <= widths[family]
  );
}

/** Why `text` is no address block, in words that complete "expected …"; `undefined` when it is one. */
export function cidrProblem(text: string): string | undefined {
  if (!isCidr(text)) return 'an address block like 10.0.0.0/8';
  const [address = '', prefix = ''] = text.split('/');
  return hasHostBits(address, Number(prefix))
    ? 'an address block whose address is its first one; bits beyond the prefix are set'
    : undefined;
}

function hasHostBits(address: string, prefix: number): boolean {
  return isIPv6(address) ? false : (toNumber(address) & hostMask(prefix)) !== 0;
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
const hostMask = (prefix: number): number => (prefix === 0 ? 0xffffffff : (1 << (32 - prefix)) - 1) | 0;

/** Whether `address` lies in the block. */
export function within(cidr: string, address: string): boolean {
  const [net = '', prefix = ''] = cidr.split('/');
  // BlockList would find every IPv4 address, mapped, in a block of IPv6; Kubernetes does not.
  if (isIPv6(net) !== isIPv6(address)) return false;
  const family = isIPv6(net) ? 'ipv6' : 'ipv4';
  const block = new BlockList();
  block.addSubnet(net, Number(prefix), family);
  return block.check(address, family);
}
