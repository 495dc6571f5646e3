import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess, type ProcessSpec, type RunningProcess } from '../servers/process.ts';
import { poll } from '../servers/poll.ts';
import { connect, enter } from './link.ts';

/**
 * Network, mount and process namespaces of a cluster's own. When the first process in it is gone the kernel ends
 * all the others and takes with them every mount, address and iptables rule: that, not a list, is why nothing of a
 * cluster is left, however its owner ended.
 */
export interface Capsule {
  /** The first process in it. */
  first: number;
  /** The address of the node, reachable from the host. */
  nodeAddress: string;
  /** The host's own address on the same link. */
  hostAddress: string;
  /** Starts a server inside; its logs, stops and errors are those of `startProcess`. */
  start(spec: ProcessSpec): Promise<RunningProcess>;
  /** Ends every process in it; resolves when the last is gone. */
  destroy(): Promise<void>;
}

/** Kernel settings kubelet would change for the whole machine; inside, it finds them as it wants them already. */
const KUBELET_SYSCTLS = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** Adopted orphans are reaped by the kernel, since an ignored SIGCHLD stays ignored in what is executed. */
const KEEP = 'echo ready; trap "" CHLD; exec sleep infinity';

/**
 * Makes the namespaces and joins them to the host by a link of their own.
 * @param folder for what it keeps; an existing, empty one.
 * @param owner in whose name the link is.
 */
export async function createCapsule(folder: string, owner: string): Promise<Capsule> {
  const setup = await setupScript(folder);
  const outside = await startProcess({
    command: 'unshare',
    args: ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '/bin/sh', '-ec', setup],
    logFile: join(folder, 'capsule.log'),
    readyWhen: { logLine: /^ready$/m },
    // What is inside has no say in its end.
    graceMs: 0,
  });
  const first = await onlyChild(outside.pid);
  const destroy = async () => {
    await outside.stop();
    await poll(() => isGone(first), { timeoutMs: 30_000 });
  };
  try {
    const link = await connect(first, owner);
    return {
      first,
      ...link,
      start: (spec) => startInside(first, spec),
      destroy,
    };
  } catch (error) {
    await destroy();
    throw error;
  }
}

/** Private copies of every path that containerd, kubelet and CNI share with the rest of the machine. */
async function setupScript(folder: string): Promise<string> {
  const [varLib, work, varLog] = ['var-lib', 'var-lib-work', 'var-log'].map((name) => join(folder, name));
  const sysctls = Object.entries(KUBELET_SYSCTLS).map(([name, value]) => ({
    file: join(folder, 'sysctl', name.replaceAll('/', '.')),
    target: `/proc/sys/${name}`,
    value,
  }));
  for (const path of [varLib, work, varLog, join(folder, 'sysctl')]) await mkdir(String(path));
  for (const { file, value } of sysctls) await writeFile(file, `${value}\n`);
  return [
    'mount -t tmpfs -o mode=755 tmpfs /run',
    `mount -t overlay -o lowerdir=/var/lib,upperdir=${varLib},workdir=${work} overlay /var/lib`,
    `mount --bind ${varLog} /var/log`,
    ...sysctls.map(({ file, target }) => `mount --bind ${file} ${target}`),
    'ip link set lo up',
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
    KEEP,
  ].join('\n');
}

/** Entering a process namespace takes a fork, so the server is the child of what we started: that one is told. */
async function startInside(first: number, spec: ProcessSpec): Promise<RunningProcess> {
  const outer = await startProcess({
    ...spec,
    command: 'nsenter',
    args: enter(first, spec.command, spec.args ?? []),
  });
  const server = await onlyChild(outer.pid);
  const stop = async () => {
    signal(server, 'SIGTERM');
    const kill = setTimeout(() => signal(server, 'SIGKILL'), spec.graceMs ?? 10_000);
    await outer.exited;
    clearTimeout(kill);
  };
  return { ...outer, pid: server, stop };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has exited already.
  }
}

async function onlyChild(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const child = Number(children.trim().split(' ')[0]);
  if (child > 0) return child;
  throw new Error(`Process ${pid} was expected to have a child, and has none.`);
}

async function isGone(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/stat`).then(
    () => false,
    () => true,
  );
}
