import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cached } from '../servers/cache.ts';
import { builtProgram } from '../servers/kubernetes/programs.ts';
import { run } from '../servers/process.ts';
import { writeImageArchive } from './image-archive.ts';

/** Holds a pod's namespaces. */
export const PAUSE_IMAGE = 'localhost/mooring-test/pause:1';
export const DNS_IMAGE = 'localhost/mooring-test/coredns:1';

const PAUSE_SOURCE = join(import.meta.dirname, 'pause', 'main.go');

/** Archives of the images a cluster needs for itself, made on first use. */
export async function systemImages(): Promise<string[]> {
  const source = await readFile(PAUSE_SOURCE, 'utf8');
  const recipe = [source, await ownRecipe()].join('\n');
  const pause = await cached({ name: 'pause-image', version: '1', recipe }, async (dir) => {
    const program = join(dir, 'pause');
    const env = { CGO_ENABLED: '0', GOWORK: 'off', GO111MODULE: 'off' };
    await run('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', program, PAUSE_SOURCE], { env });
    await writeImageArchive({ ref: PAUSE_IMAGE, program }, join(dir, ARCHIVE));
  });
  const program = await builtProgram('coredns');
  const from = `${basename(dirname(program))}\n${await ownRecipe()}`;
  const dns = await cached({ name: 'coredns-image', version: '1', recipe: from }, (dir) =>
    writeImageArchive({ ref: DNS_IMAGE, program }, join(dir, ARCHIVE)),
  );
  return [pause, dns].map((folder) => join(folder, ARCHIVE));
}

const ARCHIVE = 'image.tar';

async function ownRecipe(): Promise<string> {
  return readFile(join(import.meta.dirname, 'image-archive.ts'), 'utf8');
}
