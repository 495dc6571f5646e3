import { run } from '../servers/process.ts';
import { POD_RANGE } from './addresses.ts';
import type { Capsule } from './capsule.ts';
import { enter } from './link.ts';

/** Where containerd keeps the network namespace of each pod. */
const NAMESPACES = '/run/netns';

/**
 * Drops, without a word, every packet from a pod to another pod. It still reaches the API server, the DNS and its own
 * kubelet, since those are no pods' addresses.
 * @returns what undoes it; may be called again.
 */
export async function cutOffFromPods(
  capsules: readonly Capsule[],
  podAddress: string,
): Promise<() => Promise<void>> {
  const inPod = await podCommand(capsules, podAddress);
  const gateway = podAddress.replace(/\d+$/, '1');
  // The node asks a pod whether it is alive from the first address of its range.
  const rules = [
    ['-d', POD_RANGE, '-j', 'DROP'],
    ['-d', gateway, '-j', 'ACCEPT'],
  ];
  for (const rule of rules) await inPod('iptables', '-w', '-I', 'OUTPUT', ...rule);
  let isCut = true;
  return async () => {
    if (!isCut) return;
    isCut = false;
    for (const rule of rules) await inPod('iptables', '-w', '-D', 'OUTPUT', ...rule);
  };
}

type InPod = (command: string, ...args: string[]) => Promise<string>;

/** Runs a command of this machine in the network of the pod that has an address. */
async function podCommand(capsules: readonly Capsule[], podAddress: string): Promise<InPod> {
  for (const { first } of capsules) {
    const inside = async (...args: string[]) =>
      (await run('nsenter', enter(first, args[0] ?? '', args.slice(1)))).stdout;
    for (const name of (await inside('ls', NAMESPACES)).split('\n').filter(Boolean)) {
      const inPod: InPod = (...args) => inside('nsenter', `--net=${NAMESPACES}/${name}`, '--', ...args);
      if ((await inPod('ip', '-o', '-4', 'addr')).includes(` ${podAddress}/`)) return inPod;
    }
  }
  throw new Error(`No node has a pod with the address ${podAddress}.`);
}
