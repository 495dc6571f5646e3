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

/** The block that an address of IPv4 and a length mean; network plugins leave the bits beyond the prefix out. */
export function blockOf(cidr: string): string {
  const [address = '', prefix = ''] = cidr.split('/');
  if (isIP(address) !== 4) return cidr;
  const bits = Number(prefix);
  const net = bits === 0 ? 0 : (toNumber(address) & (-1 << (32 - bits))) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (net >>> shift) & 255).join('.')}/${prefix}`;
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);

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
