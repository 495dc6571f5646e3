import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * A process of this machine in words: "node (process 4711: node app/main.ts)". Linux only. Not by /proc/<id>/comm, which is
 * the main thread's name: Node calls its own "MainThread".
 */
export async function processName(id: string): Promise<string> {
  const [program = '', ...rest] = (await readFile(`/proc/${id}/cmdline`, 'utf8')).split('\0');
  const command = [program, ...rest].join(' ').trim();
  return `${basename(program)} (process ${id}: ${command.slice(0, 120)})`;
}
