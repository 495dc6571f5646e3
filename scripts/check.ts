import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/**
 * `npm run check`: what must hold before a commit. Runs as many parts at a time as there are cores, prints each one's
 * output and seconds at its end, and runs every part even after one has failed. With `--but-tests` it leaves the unit
 * tests to `npm test`.
 */
const unitTests = 'npm run --silent test:unit';
const parts: readonly string[] = [
  'npm run --silent lint',
  'npm run --silent types',
  unitTests,
  'prettier --check .',
  'npm run --silent generate -- --check',
  'npm run --silent pack -- --check',
];

const { values } = parseArgs({ options: { 'but-tests': { type: 'boolean', default: false } } });
const waiting = parts.filter((part) => !values['but-tests'] || part !== unitTests);
const failed: string[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, work));
if (failed.length > 0) {
  console.error(`Failed: ${failed.join('; ')}`);
  process.exitCode = 1;
}

async function work(): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await runPart(part);
}

async function runPart(part: string): Promise<void> {
  const began = performance.now();
  // npm has put the programs of node_modules on PATH.
  const child = spawn(part, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  process.stdout.write(`\n> ${part}\n${Buffer.concat(printed).toString()}`);
  console.log(`${part}: ${code === 0 ? 'passed' : 'failed'}, ${seconds} s`);
  if (code !== 0) failed.push(part);
}
