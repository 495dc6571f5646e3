import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capture, run } from '../servers/process.ts';

/** Both ends of the way between this machine and a node. */
export interface Link {
  nodeAddress: string;
  hostAddress: string;
}

const PREFIX = 'mooring';
/** The block reserved for tests of networks (RFC 2544): nobody's addresses. One /30 of it is one cluster's link. */
const BLOCK = '198.18';
const LINKS = 256;

/** Joins namespaces to the host, in the name of `owner`. The kernel refuses a second link of a name, so no two clusters share a number. */
export async function connect(first: number, owner: string): Promise<Link> {
  for (let number = 0; number < LINKS; number++) {
    const device = `${PREFIX}${number}`;
    const pair = ['link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(first)];
    const added = await capture('ip', pair);
    if (added.code !== 0 && /exists/i.test(added.stderr)) continue;
    if (added.code !== 0) throw new Error(`No link to the cluster can be made: ${added.stderr.trim()}`);
    const [hostAddress, nodeAddress] = [`${BLOCK}.${number}.1`, `${BLOCK}.${number}.2`];
    const inside = (...args: string[]) => run('nsenter', enter(first, 'ip', args));
    await run('ip', ['link', 'set', device, 'alias', owner]);
    await run('ip', ['addr', 'add', `${hostAddress}/30`, 'dev', device]);
    await run('ip', ['link', 'set', device, 'up']);
    await inside('addr', 'add', `${nodeAddress}/30`, 'dev', 'eth0');
    await inside('link', 'set', 'eth0', 'up');
    await inside('route', 'add', 'default', 'via', hostAddress);
    return { nodeAddress, hostAddress };
  }
  throw new Error(
    `All ${LINKS} links (${PREFIX}0 …) are taken; expected one to be free for another cluster.`,
  );
}

/** One end of a link between two nodes. */
export interface NodeEnd {
  /** The first process of its namespaces. */
  readonly first: number;
  readonly nodeAddress: string;
  readonly podRange: string;
}

/** Addresses that mean something on one link only (RFC 3927). */
const BETWEEN = ['169.254.77.1', '169.254.77.2'] as const;

/** Lets two nodes and their pods reach each other directly: this machine forwards nothing between them. */
export async function joinNodes(one: NodeEnd, other: NodeEnd): Promise<void> {
  const pair = ['link', 'add', 'peer0', 'netns', String(one.first), 'type', 'veth'];
  await run('ip', [...pair, 'peer', 'name', 'peer0', 'netns', String(other.first)]);
  const ends = [
    { here: one, there: other, own: BETWEEN[0], via: BETWEEN[1] },
    { here: other, there: one, own: BETWEEN[1], via: BETWEEN[0] },
  ];
  for (const { here, own } of ends) {
    await run('nsenter', enter(here.first, 'ip', ['addr', 'add', `${own}/30`, 'dev', 'peer0']));
    await run('nsenter', enter(here.first, 'ip', ['link', 'set', 'peer0', 'up']));
  }
  for (const { here, there, via } of ends)
    for (const range of [there.nodeAddress, there.podRange])
      await run('nsenter', enter(here.first, 'ip', ['route', 'add', range, 'via', via]));
}

/**
 * Removes the link of `owner`, if it is still there: a connection that was cut can hold a dead network, and the link
 * with it, for minutes.
 */
export async function disconnect(owner: string): Promise<void> {
  // Another answer than success means that the kernel was quicker.
  for (const device of await linksOf(owner)) await capture('ip', ['link', 'del', device]);
}

/** The devices of `owner`'s links. Neither their names nor their addresses tell: the next cluster is given them. */
export async function linksOf(owner: string): Promise<string[]> {
  const devices = '/sys/class/net';
  const links = (await readdir(devices)).filter((device) => device.startsWith(PREFIX));
  const aliases = await Promise.all(
    links.map((device) => readFile(join(devices, device, 'ifalias'), 'utf8').catch(() => '')),
  );
  return links.filter((_, at) => aliases[at]?.trim() === owner);
}

/** Arguments of `nsenter` for running a command where process `first` is. */
export const enter = (first: number, command: string, args: readonly string[]): string[] => [
  `--target=${first}`,
  '--net',
  '--mount',
  '--pid',
  '--',
  command,
  ...args,
];
