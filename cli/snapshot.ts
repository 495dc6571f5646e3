import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startupSnapshot } from 'node:v8';
import packageJson from '../package.json' with { type: 'json' };
import { findDocument } from '../charts-ts/read-document.ts';
import { manifestsOf } from '../charts-ts/synth.ts';
import { chatKind } from '../contract/chat-kind.ts';
import type { Kinds } from '../model/kinds.ts';
import { generatedSecretKeys } from '../model/environment.ts';
import { addSynth } from './commands/synth.ts';
import { createCli } from './program.ts';
import { run } from './run.ts';

/**
 * The program that `scripts/build-cli.ts` snapshots after a run: `mooring synth` then starts with everything loaded. It
 * knows the sources it was made of, so it first checks whether they have changed.
 */
declare const builtFrom: { readonly at: number; readonly files: readonly string[] };

const kinds: Kinds = [chatKind];
const program = createCli(kinds, { name: 'mooring', version: packageJson.version, commands: [addSynth] });
// A trial run, so that its code is compiled. The defaults need no file, and nothing is written.
const rounds = 20;
for (let round = 0; round < rounds; round += 1)
  manifestsOf(findDocument(kinds, ''), (stack) =>
    Object.fromEntries(generatedSecretKeys(stack).map(({ key }) => [key, key])),
  );

startupSnapshot.setDeserializeMainFunction(() => {
  // <root>/node_modules/node/bin/node, which the launcher starts.
  const root = dirname(dirname(dirname(dirname(process.execPath))));
  // Node reads the first argument as a script's path.
  const words = ['synth', ...process.argv.slice(2)];
  if (isLatest(root)) void run(program, words);
  else {
    const { status } = spawnSync(process.execPath, [join(root, 'cli/main.mjs'), ...words], {
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  }
});

function isLatest(root: string): boolean {
  return builtFrom.files.every(
    (file) => (statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < builtFrom.at,
  );
}
