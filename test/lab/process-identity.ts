import { readFile } from 'node:fs/promises';

/** A process id with its start time, by which it is known even when the id is another process' by now. */
export async function identify(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone';
  return `${pid} ${started}`;
}

/** The id of the process `identify` told of, or undefined if it is gone. */
export async function stillRunning(identity: string): Promise<number | undefined> {
  const pid = Number(identity.split(' ')[0]);
  return identity === (await identify(pid)) ? pid : undefined;
}
