import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addInit } from './commands/init.ts';
import { addSynth } from './commands/synth.ts';
import type { AddCommand } from './program.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly AddCommand[] = [
  addInit,
  addSynth,
  // verify: from branch verify.
  // apply, diff, history, rollback, secrets, down: from branch apply.
  addDoctor,
  addExplain,
  addCompletion,
];
