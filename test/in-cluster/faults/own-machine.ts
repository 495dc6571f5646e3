import { readFileSync, writeFileSync } from 'node:fs';

/** The nice value of this process' session (sched(7), autogroup): Linux shares the cores among sessions, and each container is one. */
const autogroup = '/proc/self/autogroup';

/**
 * Runs `clients` as if they had a machine of their own: before the pods of the cluster on this one, which would else take
 * the time in which clients hear and are heard. Without the right to it, or elsewhere than on Linux, they run as they are.
 */
export async function asOnOwnMachine<T>(clients: () => Promise<T>): Promise<T> {
  const before = niceOfSession();
  if (before === undefined || !setNice('-10')) return clients();
  try {
    return await clients();
  } finally {
    setNice(before);
  }
}

function niceOfSession(): string | undefined {
  try {
    return /nice (-?\d+)/.exec(readFileSync(autogroup, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function setNice(nice: string): boolean {
  try {
    writeFileSync(autogroup, nice);
    return true;
  } catch {
    return false;
  }
}
