import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { processName } from '../process-name.ts';

/**
 * The process that listens on a TCP port of this machine, in words ("node (process 4711: node app/main.ts)"); `undefined`
 * when that cannot be found out, as for another user's process.
 */
export async function ownerOfPort(port: number): Promise<string | undefined> {
  const find = process.platform === 'linux' ? ownerOnLinux : ownerByLsof;
  return find(port).catch(() => undefined);
}

async function ownerOnLinux(port: number): Promise<string | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const id of processes) if (await holds(id, inodes)) return processName(id);
  return undefined;
}

/** Rows of /proc/net/tcp: `sl local_address rem_address st … inode`; state 0A is LISTEN. */
function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row[1]?.endsWith(suffix) && row[3] === '0A')
    .flatMap((row) => row[9] ?? []);
}

async function holds(id: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${id}/fd`;
  const files = await readdir(folder).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  return links.some((link) => inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? ''));
}

async function ownerByLsof(port: number): Promise<string | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
  const { stdout } = await promisify(execFile)('lsof', args, { timeout: 3_000 });
  const id = /^p(\d+)$/m.exec(stdout)?.[1];
  const name = /^c(.+)$/m.exec(stdout)?.[1];
  return id === undefined ? undefined : `${name ?? 'a process'} (process ${id})`;
}
