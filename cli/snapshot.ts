import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { startupSnapshot } from 'node:v8';
import packageJson from '../package.json' with { type: 'json' };
import { usualDocument } from '../charts-ts/read-document.ts';
import { chatKind } from '../contract/chat-kind.ts';
import { addSynth } from './commands/synth.ts';
import { createCli } from './program.ts';
import { run } from './run.ts';

/**
 * The program that `scripts/build-cli.ts` snapshots after a run: `mooring synth` then starts with everything loaded. It
 * knows the sources it was made of, so it first checks whether they have changed.
 */
declare const builtFrom: { readonly at: number; readonly files: readonly string[] };

const program = createCli([chatKind], {
  name: 'mooring',
  version: packageJson.version,
  commands: [addSynth],
});
void rehearse();

startupSnapshot.setDeserializeMainFunction(() => {
  // <root>/node_modules/node/bin/node, which the launcher starts.
  const root = dirname(dirname(dirname(dirname(process.execPath))));
  // Node reads the first argument as a script's path.
  const words = ['synth', ...process.argv.slice(2)];
  if (isLatest(root)) void run(program, words);
  else {
    const { status } = spawnSync(process.execPath, [`${root}/cli/main.mjs`, ...words], {
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  }
});

/**
 * Trial runs in the working directory, which is empty, so that the code is compiled: of the defaults, then of a
 * document. @throws Error when one fails.
 */
async function rehearse(): Promise<void> {
  const rounds = 20;
  isLatest('.');
  await withoutStreams(async () => {
    for (let round = 0; round < rounds; round += 1) await run(program, ['synth']);
    await run(program, ['synth', '--stdout']);
    const { name, namespace } = chatKind.schema.parse({}).metadata;
    const [preset = ''] = chatKind.presets;
    writeFileSync(usualDocument, chatKind.starter({ name, namespace, preset }));
    await run(program, ['synth']);
  });
}

/** Runs `work` with its output kept back: Node's own streams do not survive a snapshot. @throws Error with the output. */
async function withoutStreams(work: () => Promise<void>): Promise<void> {
  const written: string[] = [];
  const sink = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => {
      written.push(text);
      done();
    },
  });
  const streams = ['stdout', 'stderr'] as const;
  const real = streams.map((name) => [name, Object.getOwnPropertyDescriptor(process, name) ?? {}] as const);
  for (const name of streams) Object.defineProperty(process, name, { value: sink, configurable: true });
  await work();
  for (const [name, descriptor] of real) Object.defineProperty(process, name, descriptor);
  if (process.exitCode !== undefined) throw new Error(written.join(''));
}

function isLatest(root: string): boolean {
  // Not path.join(), whose normalising takes as long as the rest.
  return builtFrom.files.every(
    (file) => (statSync(`${root}/${file}`, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < builtFrom.at,
  );
}
