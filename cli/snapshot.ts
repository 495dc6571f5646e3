import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { startupSnapshot } from 'node:v8';
import type { Command } from 'commander';
import { version } from '../model/version.ts';
import { hasConfig } from '../config/file.ts';
import { usualDocument } from '../charts-ts/read-document.ts';
import type { StackKind } from '../model/stack-kind.ts';
import { calledAs } from './called-as.ts';
import { addSynth } from './commands/synth.ts';
import { createCli } from './program.ts';
import { run } from './run.ts';

/** Set by `scripts/build-cli.ts`: the sources of the snapshot. */
declare const builtFrom: { readonly at: number; readonly files: readonly string[] };

/**
 * Prepares a snapshot of `mooring synth` for a kind after a run: it then starts with everything loaded. It knows the
 * sources it was made of, so it first checks whether they have changed. @throws Error when a trial run fails.
 */
export async function prepareSnapshot(kind: StackKind): Promise<void> {
  const program = createCli([kind], { version, commands: [addSynth] });
  startupSnapshot.setDeserializeMainFunction(() => {
    // <root>/node_modules/node/bin/node, which the launcher starts.
    const root = dirname(dirname(dirname(dirname(process.execPath))));
    // Node reads the first argument as a script's path.
    const words = ['synth', ...process.argv.slice(2)];
    // A snapshot loads no other module.
    if (isLatest(root) && !hasConfig()) void run(program.name(calledAs()), words);
    else {
      const { status } = spawnSync(process.execPath, [`${root}/cli/main.mjs`, ...words], {
        stdio: 'inherit',
      });
      process.exitCode = status ?? 1;
    }
  });
  await rehearse(kind, program);
}

/**
 * Trial runs in the working directory, which is empty, so that the code is compiled: of the defaults, then of a
 * document. @throws Error when one fails.
 */
async function rehearse(kind: StackKind, program: Command): Promise<void> {
  const rounds = 20;
  isLatest('.');
  hasConfig();
  await withoutStreams(async () => {
    for (let round = 0; round < rounds; round += 1) await run(program, ['synth']);
    await run(program, ['synth', '--stdout']);
    const { name, namespace } = kind.schema.parse({}).metadata;
    const [preset = ''] = kind.presets;
    writeFileSync(usualDocument, kind.starter({ name, namespace, preset }));
    await run(program, ['synth']);
  });
}

/**
 * Runs `work` with its output kept back: Node's own streams do not survive a snapshot. @throws Error with the output of a
 * run that failed.
 */
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
  try {
    await work();
  } finally {
    for (const [name, descriptor] of real) Object.defineProperty(process, name, descriptor);
  }
  if (process.exitCode !== undefined) throw new Error(written.join(''));
}

function isLatest(root: string): boolean {
  // Not path.join(), whose normalising takes as long as the rest.
  return builtFrom.files.every(
    (file) => (statSync(`${root}/${file}`, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < builtFrom.at,
  );
}
